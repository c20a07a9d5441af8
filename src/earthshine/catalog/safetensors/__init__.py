"""Folders of safetensors files, as model hubs hold them and vLLM and SGLang read them. Start at `folder`."""
