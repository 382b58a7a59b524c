"""The only module that knows TRL: what it calls trainers, and what they call their options.

TRL's ``experimental`` trainers come and go between versions (MiniLLM was removed before 1.16), so the version is pinned
(``trl>=1.16,<1.17``) and checked, and everything else here goes through these functions.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stillwatch.distill.extra import need, quiet_transformers
from stillwatch.distill.students.loop import Schedule
from stillwatch.errors import MissingExtraError

VERSION = "1.16."
BETA = 0.5
"""Of what the student learns from the teacher's scores: 0 is forward, 1 reverse Kullback-Leibler divergence, between them generalised
Jensen-Shannon."""
ON_POLICY_BATCH, ON_POLICY_RATE, ON_POLICY_LENGTH = 2, 1e-4, 256
"""Where the student writes: conversations a step, rate of the optimiser, and tokens of a conversation."""


def _trl() -> Any:
    quiet_transformers("training a language model")
    trl = need("trl", what="training a language model")
    if not trl.__version__.startswith(VERSION):
        raise MissingExtraError(
            f"TRL {trl.__version__} is installed, {VERSION}x is supported", todo=f"pip install 'trl=={VERSION}*'"
        )
    return trl


def _common(out: Path, schedule: Schedule, batch: int, rate: float) -> dict[str, Any]:
    return {
        "output_dir": str(out), "per_device_train_batch_size": batch, "learning_rate": rate, "num_train_epochs": schedule.epochs,
        "seed": schedule.seed, "data_seed": schedule.seed, "report_to": [], "save_strategy": "steps", "save_steps": 50,
        "save_total_limit": 1, "logging_strategy": "no", "disable_tqdm": True, "use_cpu": True, "bf16": False,
        "lr_scheduler_type": "cosine", "warmup_steps": 10, "gradient_checkpointing": False,
    }


def _limit(minutes: float) -> Any:
    """Stops a trainer when its time is over."""
    import time

    transformers = need("transformers", what="training a language model")

    class Limit(transformers.TrainerCallback):  # type: ignore[misc,name-defined]  # a base class of an extra, imported here
        def __init__(self) -> None:
            self.start = time.monotonic()

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> Any:
            control.should_training_stop |= time.monotonic() - self.start > minutes * 60
            return control

    return Limit()


def _resume(out: Path) -> bool:
    return any(out.glob("checkpoint-*"))


def tidy(out: Path) -> None:
    """Remove the checkpoints of a training that is over."""
    for folder in out.glob("checkpoint-*"):
        shutil.rmtree(folder)


def sequences(
    model: Any, tokenizer: Any, conversations: Sequence[list[dict[str, str]]], out: Path, schedule: Schedule, *,
    batch: int = 4, rate: float = 5e-4, max_length: int = 512,
) -> dict[str, float]:
    """Sequence-level distillation (Kim and Rush 2016): TRL's SFTTrainer on the teacher's answers, loss on them only."""
    trl, datasets = _trl(), need("datasets", what="training a language model")
    data = datasets.Dataset.from_list([{"prompt": turns[:-1], "completion": turns[-1:]} for turns in conversations])
    options = trl.SFTConfig(**_common(out, schedule, batch, rate), max_length=max_length, completion_only_loss=True)
    trainer = trl.SFTTrainer(model, options, train_dataset=data, processing_class=tokenizer, callbacks=[_limit(schedule.minutes)])
    done = trainer.train(resume_from_checkpoint=_resume(out))
    return {"loss": float(done.training_loss), "steps": float(done.global_step)}


def on_policy(
    model: Any, teacher: Any, tokenizer: Any, conversations: Sequence[list[dict[str, str]]], out: Path, schedule: Schedule, *,
    share: float = 0.5, new_tokens: int = 48,
) -> dict[str, float]:
    """On-policy distillation (Agarwal et al. 2024, GKD): the student writes, the teacher scores; returns the last losses.

    Args:
        model: student, same vocabulary as the teacher.
        teacher: scores.
        tokenizer: of both.
        conversations: messages, the last of the teacher.
        out: checkpoints.
        schedule: limits.
        share: of batches that the student writes itself (lambda).
        new_tokens: the student writes at a time.
    """
    _trl()
    gkd = need("trl.experimental.gkd", what="on-policy distillation")
    datasets = need("datasets", what="training a language model")
    if model.config.vocab_size != teacher.config.vocab_size:
        raise ValueError(f"vocabularies differ: {model.config.vocab_size} and {teacher.config.vocab_size}")
    data = datasets.Dataset.from_list([{"messages": turns} for turns in conversations])
    options = gkd.GKDConfig(
        **_common(out, schedule, ON_POLICY_BATCH, ON_POLICY_RATE), lmbda=share, beta=BETA, max_length=ON_POLICY_LENGTH,
        max_new_tokens=new_tokens, temperature=0.9,
    )
    trainer = gkd.GKDTrainer(
        model=model, teacher_model=teacher, args=options, train_dataset=data, processing_class=tokenizer,
        callbacks=[_limit(schedule.minutes)],
    )
    done = trainer.train(resume_from_checkpoint=_resume(out))
    return {"loss": float(done.training_loss), "steps": float(done.global_step)}
