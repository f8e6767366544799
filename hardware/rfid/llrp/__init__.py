"""LLRP 1.0.1 and 1.1 on bytes: no sockets, no clock. Source: EPCglobal LLRP 1.1, GS1 2010."""
