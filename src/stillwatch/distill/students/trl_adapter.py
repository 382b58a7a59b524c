"""The only module that imports TRL and knows the names of its trainers and options.

TRL's ``experimental`` trainers come and go between versions (MiniLLM was removed before 1.16). So the version is pinned
(``trl>=1.16,<1.17``) and checked, and other modules go through these functions.
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
"""Divergence by which the student learns from the teacher's scores: 0 is forward, 1 reverse Kullback-Leibler, between them
generalised Jensen-Shannon."""
ON_POLICY_BATCH, ON_POLICY_RATE, ON_POLICY_LENGTH = 2, 1e-4, 256
"""Of on-policy training: conversations per step, learning rate, and most tokens of a conversation."""


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
    """A callback that stops a trainer after so many minutes."""
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
    """Remove the checkpoints of a finished training."""
    for folder in out.glob("checkpoint-*"):
        shutil.rmtree(folder)


def sequences(
    model: Any, tokenizer: Any, conversations: Sequence[list[dict[str, str]]], out: Path, schedule: Schedule, *,
    batch: int = 4, rate: float = 5e-4, max_length: int = 512,
) -> dict[str, float]:
    """Sequence-level distillation (Kim and Rush 2016): TRL's SFTTrainer on the teacher's answers, loss on them only.

    Args:
        model: student; trained in place.
        tokenizer: of the student.
        conversations: messages with ``role`` and ``content``; the last is the teacher's.
        out: folder for checkpoints; training resumes from those that are there.
        schedule: limits.
        batch: conversations per step.
        rate: highest learning rate.
        max_length: tokens of a conversation; the rest is cut off.

    Returns:
        Mean training ``loss`` (nats a token) and number of ``steps``.
    """
    trl, datasets = _trl(), need("datasets", what="training a language model")
    data = datasets.Dataset.from_list([{"prompt": turns[:-1], "completion": turns[-1:]} for turns in conversations])
    options = trl.SFTConfig(**_common(out, schedule, batch, rate), max_length=max_length, completion_only_loss=True)
    trainer = trl.SFTTrainer(model, options, train_dataset=data, processing_class=tokenizer, callbacks=[_limit(schedule.minutes)])
    result = trainer.train(resume_from_checkpoint=_resume(out))
    return {"loss": float(result.training_loss), "steps": float(result.global_step)}


def on_policy(
    model: Any, teacher: Any, tokenizer: Any, conversations: Sequence[list[dict[str, str]]], out: Path, schedule: Schedule, *,
    share: float = 0.5, new_tokens: int = 48,
) -> dict[str, float]:
    """On-policy distillation (Agarwal et al. 2024, GKD): the student writes answers, the teacher scores them.

    Args:
        model: student, with the teacher's vocabulary; trained in place.
        teacher: the model that scores.
        tokenizer: of both.
        conversations: messages with ``role`` and ``content``; the last is the teacher's.
        out: folder for checkpoints; training resumes from those that are there.
        schedule: limits.
        share: of batches whose answers the student writes (lambda), 0 to 1.
        new_tokens: most tokens of an answer that the student writes.

    Returns:
        Mean training ``loss`` and number of ``steps``.

    Raises:
        ValueError: the vocabularies differ in size.
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
    result = trainer.train(resume_from_checkpoint=_resume(out))
    return {"loss": float(result.training_loss), "steps": float(result.global_step)}
