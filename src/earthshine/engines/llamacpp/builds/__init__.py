"""The builds of llama.cpp on this machine: the wheel's, those made here, and others' programs. Start at `builds`."""
