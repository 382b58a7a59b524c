"""A language model on this machine: a transformers folder or a GGUF file (which transformers de-quantises)."""

import hashlib
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stillwatch.distill.exchange import Messages, Reply, Request, TopK
from stillwatch.distill.extra import need, quiet_transformers
from stillwatch.distill.manifest import Manifest
from stillwatch.distill.teachers.encoder import first_line, weight_files
from stillwatch.distill.teachers.endpoint import split_thought
from stillwatch.errors import InputError
from stillwatch.files import digest


class LanguageModel:
    """A teacher that generates text, with log-probabilities of every generated token where a request has ``top_k``.

    Of a conversation that leaves no room for the answer it reads only the end, which ``cut`` counts.
    """

    batch = 8
    remote = False
    rejection = ""
    writes = True

    def __init__(self, manifest: Manifest) -> None:
        """Load tokenizer and weights; raises InputError where they are not a model."""
        self._torch = need("torch", what="a language model")
        place = Path(manifest.location)
        names = [digest(path) for path in weight_files(place)]
        self.tokenizer, self.model = load(place)
        if manifest.precision != "float32":
            names.append(manifest.precision)
            self.model = self.model.to(getattr(self._torch, manifest.precision))
        self.identity = hashlib.sha256("\n".join(names).encode()).hexdigest()[:32]
        self.max_length = manifest.max_length or int(getattr(self.model.config, "max_position_embeddings", 2048))
        self.cut = 0

    @property
    def pad_token(self) -> int:
        """Id of the token that fills shorter rows of a batch: the tokenizer's own, or its end of text."""
        own: int | None = self.tokenizer.pad_token_id
        end: int = self.tokenizer.eos_token_id
        return end if own is None else own

    def tokens(self, text: str) -> int:
        """Number of tokens of a text as a prompt, with those of the chat template."""
        return len(self.ids((("user", text),)))

    def ids(self, messages: Messages) -> list[int]:
        """Token ids of a conversation, up to where the answer begins."""
        if getattr(self.tokenizer, "chat_template", None):
            turns = [{"role": role, "content": content} for role, content in messages]
            text = self.tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
        else:
            text = "\n".join(content for _, content in messages) + "\n"
        ids: list[int] = self.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
        return ids

    def ask(self, requests: Sequence[Request], *, keys: Sequence[str] = ()) -> list[Reply]:
        """Answer requests; greedy ones with the same parameters are generated together. ``keys`` are ignored.

        Greedy answers do not depend on the rest of the batch, except for rounding. Sampled answers are generated one at a time
        from a seed made of (seed, sample), so that a resumed harvest gives the same answers.
        """
        greedy = [i for i, request in enumerate(requests) if request.temperature == 0]
        replies: dict[int, Reply] = {}
        for limit, k in {(requests[i].max_tokens, requests[i].top_k) for i in greedy}:
            rows = [i for i in greedy if (requests[i].max_tokens, requests[i].top_k) == (limit, k)]
            replies |= dict(zip(rows, self._generate([requests[i] for i in rows]), strict=True))
        for i, request in enumerate(requests):
            if request.temperature > 0:
                self._torch.manual_seed((request.seed * 1_000_003 + request.sample) % 2**63)
                replies[i] = self._generate([request])[0]
        return [replies[i] for i in range(len(requests))]

    def _generate(self, requests: Sequence[Request]) -> list[Reply]:
        torch, first = self._torch, requests[0]
        max_prompt = self.max_length - first.max_tokens
        if max_prompt <= 0:
            raise InputError(f"max_tokens = {first.max_tokens} leaves no room for a prompt of this teacher")
        prompts = [self.ids(request.messages) for request in requests]
        self.cut += sum(len(row) > max_prompt for row in prompts)
        inputs = [row[-max_prompt:] for row in prompts]
        width = max(map(len, inputs))
        pad = self.pad_token
        ids = torch.tensor([[pad] * (width - len(row)) + row for row in inputs])
        mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in inputs])
        options: dict[str, Any] = {"do_sample": first.temperature > 0}
        if first.temperature > 0:
            options |= {"temperature": first.temperature, "top_k": 0, "top_p": 1.0}
        with torch.inference_mode():
            generated = self.model.generate(
                input_ids=ids, attention_mask=mask, max_new_tokens=first.max_tokens, pad_token_id=pad,
                return_dict_in_generate=True, output_logits=bool(first.top_k), **options,
            )
        stops = self.model.generation_config.eos_token_id
        stops = set(stops) if isinstance(stops, list) else {stops}
        return [self._reply(generated, i, inputs[i], width, stops, first.top_k) for i in range(len(requests))]

    def _reply(self, generated: Any, i: int, prompt: list[int], width: int, stops: set[int], k: int) -> Reply:
        new: list[int] = generated.sequences[i, width:].tolist()
        end = next((place for place, token in enumerate(new) if token in stops), None)
        finish = "stop" if end is not None else "length"
        used = new if end is None else new[: end + 1]
        trace, text = split_thought(self.tokenizer.decode(used, skip_special_tokens=True))
        top = None
        if k:
            logits = self._torch.stack([generated.logits[j][i] for j in range(len(used))]).float()
            top = TopK.of(logits.log_softmax(-1).numpy(), k)
        return Reply(text, trace, top, None, len(prompt), len(used), finish)

    def score(self, ids: Sequence[Sequence[int]], k: int) -> list[TopK]:
        """The k likeliest next tokens at every position of sequences of token ids: the cache for route (c).

        Row ``j`` of a sequence's TopK is the distribution after its token ``j``; there are ``len(sequence) - 1`` rows.
        """
        torch = self._torch
        scored = []
        for row in ids:
            with torch.inference_mode():
                logits = self.model(torch.tensor([list(row)])).logits[0, :-1].float()
            top, top_ids = logits.log_softmax(-1).topk(k, dim=-1)
            values = top.numpy()
            tail = np.clip(1 - np.exp(values.astype(np.float64)).sum(axis=1), 0, 1).astype(np.float16)
            scored.append(TopK(top_ids.numpy().astype(np.int32), values.astype(np.float16), tail))
        return scored


def load(place: Path, *, train: bool = False) -> tuple[Any, Any]:
    """Tokenizer and causal model of a folder or GGUF file, in float32 on the CPU; raises InputError where they cannot be loaded."""
    torch, transformers = need("torch", what="a language model"), quiet_transformers("a language model")
    options: dict[str, Any] = {"local_files_only": True}
    folder = place
    if place.is_file():
        need("gguf", what="a GGUF file")
        # It draws a progress bar that no setting of transformers turns off.
        vars(importlib.import_module("transformers.modeling_gguf_pytorch_utils"))["tqdm"] = lambda rows, **_: rows
        folder, options["gguf_file"] = place.parent, place.name
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **options)
        model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, **options)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"cannot load the language model ({first_line(error)})", where=place) from error
    if place.is_file():
        # The model is float32 by now but still marked as quantised, and would refuse to be saved.
        model.hf_quantizer = None
        model.is_quantized = False
        if hasattr(model.config, "quantization_config"):
            del model.config.quantization_config
    return tokenizer, model.train(train)
