"""Small chat templates, each in the manner of one family."""

# ruff: noqa: E501

HERMES = """
{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0].role == 'system' %}{{- messages[0].content + '\\n\\n' }}{%- endif %}
    {{- 'Tools:' }}
    {%- for tool in tools %}{{- '\\n' + (tool | tojson) }}{%- endfor %}
    {{- '<|im_end|>\\n' }}
{%- elif messages[0].role == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
{%- endif %}
{%- for m in messages %}
    {%- if m.role == 'assistant' and m.tool_calls %}
        {{- '<|im_start|>assistant' }}
        {%- if m.content %}{{- '\\n' + m.content }}{%- endif %}
        {%- for c in m.tool_calls %}
            {%- set c = c.function %}
            {{- '\\n<tool_call>\\n{"name": "' + c.name + '", "arguments": ' + (c.arguments | tojson) + '}\\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\\n' }}
    {%- elif m.role == 'tool' %}
        {{- '<|im_start|>user\\n<tool_response>\\n' + m.content + '\\n</tool_response><|im_end|>\\n' }}
    {%- elif not (m.role == 'system' and loop.first) %}
        {{- '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}
"""

THINKER = HERMES.replace(
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}",
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}"
    "{%- if enable_thinking is defined and not enable_thinking %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}{%- endif %}",
)
"""Thinks by itself unless it is switched off."""

OPENER = HERMES.replace(
    "{{- '<|im_start|>assistant\\n' }}{%- endif %}\n",
    "{{- '<|im_start|>assistant\\n<think>\\n' }}{%- endif %}{# </think> #}\n",
)
"""The prompt itself opens the thinking."""

LLAMA = """
{{- bos_token }}
{%- if messages[0].role == 'system' %}{%- set system = messages[0].content %}{%- set messages = messages[1:] %}
{%- else %}{%- set system = '' %}{%- endif %}
{{- '<|start_header_id|>system<|end_header_id|>\\n\\n' + system + '<|eot_id|>' }}
{%- for m in messages %}
    {%- if m.tool_calls %}
        {%- if m.tool_calls | length != 1 %}{{- raise_exception('only single tool-calls at once') }}{%- endif %}
        {%- set c = m.tool_calls[0].function %}
        {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n{"name": "' + c.name + '", "parameters": ' + (c.arguments | tojson) + '}<|eot_id|>' }}
    {%- elif m.role == 'user' and loop.first and tools %}
        {{- '<|start_header_id|>user<|end_header_id|>\\n\\nFunctions:\\n' }}
        {%- for t in tools %}{{- (t | tojson(indent=4)) + '\\n' }}{%- endfor %}
        {{- m.content + '<|eot_id|>' }}
    {%- else %}
        {{- '<|start_header_id|>' + m.role + '<|end_header_id|>\\n\\n' + (m.content | trim) + '<|eot_id|>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{%- endif %}
"""

MISTRAL = """
{{- bos_token }}
{%- for m in messages %}
    {%- if m.role == 'system' %}{{- raise_exception('Only user and assistant roles are supported') }}
    {%- elif m.role == 'user' %}
        {%- if tools and loop.last %}{{- '[AVAILABLE_TOOLS]' + (tools | tojson) + '[/AVAILABLE_TOOLS]' }}{%- endif %}
        {{- '[INST]' + m.content + '[/INST]' }}
    {%- elif m.tool_calls %}
        {{- '[TOOL_CALLS][' }}
        {%- for c in m.tool_calls %}
            {%- if c.id | length != 9 %}{{- raise_exception('Tool call IDs must have 9 characters') }}{%- endif %}
            {{- '{"name": "' + c.function.name + '", "arguments": ' + (c.function.arguments | tojson) + ', "id": "' + c.id + '"}' }}
            {{- ', ' if not loop.last else ']' + eos_token }}
        {%- endfor %}
    {%- elif m.role == 'tool' %}{{- '[TOOL_RESULTS]' + m.content + '[/TOOL_RESULTS]' }}
    {%- else %}{{- ' ' + m.content + eos_token }}
    {%- endif %}
{%- endfor %}
"""

DEEPSEEK = """
{{- bos_token }}{%- if tools %}{{- 'Tools: ' + (tools | tojson) }}{%- endif %}
{%- for m in messages %}
    {%- if m.role == 'user' %}{{- '<｜User｜>' + m.content }}
    {%- elif m.role == 'system' %}{{- m.content }}
    {%- elif m.tool_calls %}
        {{- '<｜Assistant｜>' }}{%- if m.content %}{{- m.content }}{%- endif %}{{- '<｜tool▁calls▁begin｜>' }}
        {%- for c in m.tool_calls %}
            {%- if not loop.first %}{{- '\\n' }}{%- endif %}
            {{- '<｜tool▁call▁begin｜>' + c.type + '<｜tool▁sep｜>' + c.function.name + '\\n```json\\n' + c.function.arguments + '\\n```<｜tool▁call▁end｜>' }}
        {%- endfor %}
        {{- '<｜tool▁calls▁end｜><｜end▁of▁sentence｜>' }}
    {%- else %}{{- '<｜Assistant｜>' + m.content + '<｜end▁of▁sentence｜>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<｜Assistant｜>' }}{%- endif %}
"""

CODER_XML = HERMES.replace(
    """{{- '\\n<tool_call>\\n{"name": "' + c.name + '", "arguments": ' + (c.arguments | tojson) + '}\\n</tool_call>' }}""",
    """{{- '\\n<tool_call>\\n<function=' + c.name + '>' }}
            {%- for k, v in c.arguments.items() %}{{- '\\n<parameter=' + k + '>\\n' + v + '\\n</parameter>' }}{%- endfor %}
            {{- '\\n</function>\\n</tool_call>' }}""",
)
"""Arguments that are no JSON object."""

PLAIN = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '<|im_start|>system\\nYou are PlainLM.<|im_end|>\\n' }}{% endif %}"
    "{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
"""Knows neither tools nor thinking, and has a system text of its own."""


def teaching(example: str) -> str:
    """A template that also shows the model how a call is written."""
    return HERMES.replace("{{- 'Tools:' }}", "{{- " + repr("Write a call like this:\n" + example + "\nTools:") + " }}")


DOUBLED = teaching('<tool_call>\n{{"name": <function-name>, "arguments": <args-json-object>}}\n</tool_call>')
"""Shows the call in double braces, as Qwen2.5 does by mistake."""


MISTRAL_ARGS = """
{{- bos_token }}
{%- if tools %}{{- '[AVAILABLE_TOOLS]' + (tools | tojson) + '[/AVAILABLE_TOOLS]' }}{%- endif %}
{%- for m in messages %}
    {%- if m.role == 'system' %}{{- '[SYSTEM_PROMPT]' + m.content + '[/SYSTEM_PROMPT]' }}
    {%- elif m.role == 'user' %}{{- '[INST]' + m.content + '[/INST]' }}
    {%- elif m.role == 'tool' %}{{- '[TOOL_RESULTS]' + m.content + '[/TOOL_RESULTS]' }}
    {%- else %}
        {{- m.content or '' }}
        {%- for c in m.tool_calls or [] %}
            {{- '[TOOL_CALLS]' + c.function.name + '[ARGS]' + (c.function.arguments | tojson) }}
        {%- endfor %}
        {{- eos_token }}
    {%- endif %}
{%- endfor %}
"""
"""Later models of Mistral: the name, then the arguments."""

GRANITE = """
{%- if tools %}{{- '<|start_of_role|>available_tools<|end_of_role|>' + (tools | tojson(indent=4)) + '<|end_of_text|>\\n' }}{%- endif %}
{%- for m in messages %}
    {{- '<|start_of_role|>' + ('tool_response' if m.role == 'tool' else m.role) + '<|end_of_role|>' }}
    {%- if m.tool_calls %}
        {{- (m.content or '') + '<|tool_call|>[' }}
        {%- for c in m.tool_calls %}
            {{- '{"name": "' + c.function.name + '", "arguments": ' + (c.function.arguments | tojson) + '}' }}{{- ', ' if not loop.last }}
        {%- endfor %}
        {{- ']' }}
    {%- else %}{{- m.content }}{%- endif %}
    {{- '<|end_of_text|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_of_role|>assistant<|end_of_role|>' }}{%- endif %}
"""

DEEPSEEK_BARE = DEEPSEEK.replace(
    "+ c.type + '<｜tool▁sep｜>' + c.function.name + '\\n```json\\n'", "+ c.function.name + '<｜tool▁sep｜>'"
).replace("c.function.arguments + '\\n```<｜tool▁call▁end｜>'", "c.function.arguments + '<｜tool▁call▁end｜>'")
"""From V3.1 on: no kind and no fence."""

KIMI = """
{%- if tools %}{{- '<|im_system|>tool_declare<|im_middle|>' + (tools | tojson) + '<|im_end|>' }}{%- endif %}
{%- for m in messages %}
    {{- '<|im_' + ('system' if m.role == 'tool' else m.role) + '|>' + m.role + '<|im_middle|>' + (m.content or '') }}
    {%- if m.tool_calls %}
        {{- '<|tool_calls_section_begin|>' }}
        {%- for c in m.tool_calls %}
            {{- '<|tool_call_begin|>' + c.id + '<|tool_call_argument_begin|>' + (c.function.arguments | tojson) + '<|tool_call_end|>' }}
        {%- endfor %}
        {{- '<|tool_calls_section_end|>' }}
    {%- endif %}
    {{- '<|im_end|>' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_assistant|>assistant<|im_middle|>' }}{%- endif %}
"""
"""The name stands in the id, as `functions.NAME:0`."""

GLM = """
{{- '[gMASK]<sop>' }}
{%- if tools %}{{- '<|system|>\\n' + (tools | tojson) }}{%- endif %}
{%- for m in messages %}
    {{- '<|' + ('observation' if m.role == 'tool' else m.role) + '|>\\n' + (m.content or '') }}
    {%- for c in m.tool_calls or [] %}
        {{- '\\n<tool_call>' + c.function.name }}
        {%- for k, v in c.function.arguments.items() %}{{- '\\n<arg_key>' + k + '</arg_key>\\n<arg_value>' + v + '</arg_value>' }}{%- endfor %}
        {{- '\\n</tool_call>' }}
    {%- endfor %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|assistant|>\\n' }}{%- endif %}
"""

PHI = """
{%- for m in messages %}{{- '<|' + m.role + '|>' + (m.content or '') + '<|end|>' }}{%- endfor %}
{%- if add_generation_prompt %}{{- '<|assistant|>' }}{%- endif %}
"""
"""Takes tools inside a system message only, as Phi-4-mini does."""

GEMMA = """
{{- bos_token }}
{%- for m in messages %}
    {{- '<start_of_turn>' + ('model' if m.role == 'assistant' else 'user') + '\\n' + (m.content | trim) + '<end_of_turn>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<start_of_turn>model\\n' }}{%- endif %}
"""
