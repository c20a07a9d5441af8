"""Sentences of a source that speak to whoever writes about it, and not of a thing: they are no evidence.

A list of what such sentences say in Arabic, French, Chinese and English. It is a first net, not the last one: whatever
passes is a quotation at worst, for models are never asked to do what a source says.
"""

from __future__ import annotations

import re

_READ = 2000
_PATTERN = re.compile(
    r"""
    # Another turn of the talk, or an end of what is shown.
      (?:^|[.!?>\n。])\s*(?:assistant|system|user|المساعد|النظام|助手|系统)\s?[:：]
    | </?(?:page|system|source|document|evidence|input|text|instructions?)>|<\||\[/?INST\]|\bsystem\ prompt\b
    # Forget what was asked.
    | \b(?:ignore|disregard|forget|override)\b[^.!?]{0,40}
      \b(?:instructions?|prompts?|questions?|above|previous|rules?)\b
    | \b(?:ignore[zr]?|oublie[zr]?)\b[^.!?]{0,40}\b(?:instructions?|consignes?|questions?|précède)\b
    | (?:تجاهل|انس[َى]?\s)[^.!?؟]{0,40}(?:التعليمات|السؤال|الأوامر|سبق|أعلاه)
    | (?:忽略|无视|忘记)[^。！？]{0,20}(?:指令|指示|问题|提示|以上)
    # Write this.
    | \b(?:(?:write|output|print|repeat)(?:\ only|\ exactly)?|(?:reply|respond|answer)\b[^.!?:]{0,16}\bwith)\s?:
    | \b(?:écrivez|répondez|répétez|écris|réponds)\b[^.!?:]{0,20}:|(?:اكتب|أجب|ردد|قل)(?:\s\S+){0,2}\s?[:：]
    | (?:只写|写出|回答|回复|输出)[^。！？:：]{0,6}[:：]
    | \b(?:sentences?|reports?|answers?|summar(?:y|ies))\b[^.!?]{0,60}
      \bmust\ (?:say|state|contain|include|mention|cite)\b
    | \b(?:phrases?|rapports?|réponses?|résumés?)\b[^.!?]{0,60}\b(?:doi(?:t|vent))\ (?:dire|contenir|mentionner|citer)\b
    | يجب\s(?:أن|ان)\s(?:تقول|يقول|تذكر|يذكر|تتضمن)[^.!?؟]{0,40}(?:جملة|تقرير|إجابة|ملخص)
    | (?:报告|回答|答案|摘要|句话|句子)[^。！？]{0,30}必须(?:写|说|包含|提到)
    | \b(?:answer|reply|respond|say)\ (?:only\ )?["“]?(?:yes|no)\b
    # The work is over, and this is what it came to.
    | \bonly\ (?:true|correct|right|valid)\ answer\b|\bseule\ (?:vraie|bonne)\ réponse\b
    | (?:الجواب|الإجابة)\ (?:الصحيحة?|الصحيح)\ (?:الوحيدة?|الوحيد)|唯一(?:正确|真正)的?(?:的)?答案
    # Said to machines.
    | \b(?:language\ models?|LLMs?|chatbots?|AI\ (?:assistant|agent|model)s?|summari[sz]ers?)\b[^.!?]{0,60}
      \b(?:must|should|please|always|never)\b[^.!?]{0,30}\b(?:write|say|answer|output|cite|state|recommend|report)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def speaks_to_models(text: str) -> bool:
    """Tell whether a sentence wants to be obeyed. Only its beginning is read."""
    return _PATTERN.search(text[:_READ]) is not None
