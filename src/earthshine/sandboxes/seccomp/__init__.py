"""Which calls of the kernel code in a sandbox may make: a filter of our own, in the kernel's classic BPF."""
