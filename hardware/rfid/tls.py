"""TLS to readers (LLRP on 5085, the IoT interface on 443)."""

from __future__ import annotations

import ssl

from hardware.rfid.options import TlsFiles


def client_context(files: TlsFiles) -> ssl.SSLContext:
    """Make the context of a connection; the reader's certificate is always checked.

    Raises:
        OSError: a file is missing or is no certificate.
    """
    context = ssl.create_default_context(cafile=None if files.ca is None else str(files.ca))
    context.check_hostname = files.check_host
    if files.cert is not None:
        context.load_cert_chain(files.cert, files.key)
    return context
