"""Real models small enough to build in a test: one that writes nonsense, one that judges as it is told, by the real paths."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from index.llm import Message

TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n"
    "{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>\n\n{% endif %}{% endif %}"
)


def build(folder: Path) -> Path:
    """A language model of the Qwen3 architecture: trains a tokenizer on a few lines, draws weights from a fixed seed, saves both; returns the folder."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<|im_start|>", "<|im_end|>", "<|endoftext|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(["The bees sleep in winter. 蜂群越冬。"] * 20, trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    fast.chat_template = TEMPLATE
    fast.save_pretrained(str(folder))
    torch.manual_seed(3)
    model = Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=len(fast), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
            num_key_value_heads=2, head_dim=16, max_position_embeddings=4096,
            eos_token_id=fast.eos_token_id, pad_token_id=fast.pad_token_id, bos_token_id=None,
        )
    )  # fmt: skip
    model.save_pretrained(str(folder))
    return folder


LABELS = ("entailment", "neutral", "contradiction")


def build_judge(folder: Path, says: str | None = None, labels: Sequence[str] = LABELS, by: float = 8.0) -> Path:
    """A classifier of the XLM-R architecture with `labels` as its outputs; returns the folder.

    With `says` its head has no weights, and a bias of `by` to the output so called: it says that
    of everything.
    """
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaForSequenceClassification

    special = ["<s>", "<pad>", "</s>", "<unk>"]
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=80, special_tokens=special, unk_token="<unk>", show_progress=False)
    tokenizer.train_from_iterator(["The bees sleep in winter. 蜂群越冬。"] * 20, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>",
        pad_token="<pad>", unk_token="<unk>",
    ).save_pretrained(str(folder))  # fmt: skip
    torch.manual_seed(3)
    model = XLMRobertaForSequenceClassification(
        XLMRobertaConfig(
            vocab_size=tokenizer.get_vocab_size(), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
            num_attention_heads=4, max_position_embeddings=514, type_vocab_size=1,
            pad_token_id=1, bos_token_id=0, eos_token_id=2,
            id2label=dict(enumerate(labels)), label2id={name: number for number, name in enumerate(labels)},
        )
    )  # fmt: skip
    if says is not None:
        head = model.classifier.out_proj
        torch.nn.init.zeros_(head.weight)
        torch.nn.init.zeros_(head.bias)
        with torch.no_grad():
            head.bias[list(labels).index(says)] = by
    model.save_pretrained(str(folder))
    return folder


def never_ends(folder: Path) -> Path:
    """Forbids a built model the end of its turn and all that is no whole printable text: it writes on up to any limit."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    texts = {number: tokenizer.decode([number], skip_special_tokens=True) for number in range(len(tokenizer))}
    path = folder / "generation_config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["suppress_tokens"] = [n for n, text in texts.items() if not text or "\ufffd" in text or not text.isprintable()]
    path.write_text(json.dumps(config), encoding="utf-8")
    return folder


def teach(folder: Path, chat: Sequence[Message], said: str) -> Path:
    """Has a built model answer one chat with what is said, about 60 tokens at most; returns the folder.

    Only its last layer is changed: it is solved for, so that each state of the answer gives the token that follows.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    turns = [{"role": message.role, "content": message.text} for message in chat]
    asked = tokenizer.apply_chat_template(turns, add_generation_prompt=True, enable_thinking=False, tokenize=False)
    before = tokenizer.encode(asked, add_special_tokens=False)
    after = [*tokenizer.encode(said, add_special_tokens=False), tokenizer.eos_token_id]
    model = AutoModelForCausalLM.from_pretrained(str(folder))
    with torch.inference_mode():
        states = model.model(input_ids=torch.tensor([before + after[:-1]])).last_hidden_state[0, len(before) - 1 :]
        wanted = 20 * torch.nn.functional.one_hot(torch.tensor(after), len(tokenizer))
        model.lm_head.weight.copy_((torch.linalg.pinv(states.double()) @ wanted.double()).T)
    model.save_pretrained(str(folder))
    return folder
