"""Templates: the field's conventions, the sandbox, and messages arranged for templates that insist."""

from __future__ import annotations

import pytest

from earthshine.errors import InvalidRequest, ModelBroken
from earthshine.harness.templates.template import CHATML, Template, compiled
from tests.harness import chat_templates


def test_conventions_of_the_field():
    source = """
    {%- for i in range(5) %}
        {%- if i == 2 %}{%- continue %}{%- endif %}
        {%- if i == 4 %}{%- break %}{%- endif %}
        {{- i }}
    {%- endfor %}
    {{- {"a": "<é>"} | tojson }}
    {%- generation %}{{- "!" }}{%- endgeneration %}
    {{- strftime_now("%Y") | length }}
    """
    assert Template(source).render([]).strip() == '013{"a": "<é>"}!4'


def test_a_model_without_a_template_gets_chatml():
    template = Template("")
    assert template.source == CHATML
    prompt = template.conversation([{"role": "user", "content": "Hi"}])
    assert prompt == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"


def test_the_same_source_is_compiled_once():
    assert compiled(CHATML, "", "") is compiled(CHATML, "", "")


def test_a_broken_template_is_named():
    with pytest.raises(ModelBroken, match="not valid Jinja"):
        Template("{% if %}")


@pytest.mark.parametrize("source", ["{{ ''.__class__.__mro__ }}", "{{ messages.append(1) }}"])
def test_the_sandbox_refuses(source: str):
    with pytest.raises(ModelBroken, match="sandbox"):
        Template(source).conversation([{"role": "user", "content": "x"}])


def test_a_system_message_moves_into_the_first_user_message_where_the_template_has_no_system():
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]
    assert Template(chat_templates.MISTRAL, "<s>").conversation(messages) == "<s>[INST]Be brief.\n\nHi[/INST]"


def test_roles_that_must_alternate_are_joined():
    source = (
        "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('roles must alternate') }}{% endif %}[{{ m.role }}:{{ m.content }}]{% endfor %}"
    )
    messages = [
        {"role": "system", "content": "S"},
        {"role": "user", "content": "a"},
        {"role": "user", "content": "b"},
    ]
    assert Template(source).conversation(messages) == "[user:S\n\na\n\nb]"


def test_a_template_that_refuses_all_arrangements_is_quoted():
    with pytest.raises(InvalidRequest, match="no talk today") as caught:
        Template("{{ raise_exception('no talk today') }}").conversation([{"role": "user", "content": "x"}])
    assert caught.value.param == "messages"
