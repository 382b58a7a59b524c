"""Detection, composed of the stages in :mod:`.pipeline`: a folder of logs becomes a run folder.

:mod:`.traffic` reads sketches and proposes groups, :mod:`.accusing` makes campaigns of those that are accused, :mod:`.joining` asks
who else is theirs, :mod:`.unmixing` tells harvest from cover, :mod:`.run_folder` writes what was found; :mod:`.lockstep` is detection
in traces, without requests.
"""
