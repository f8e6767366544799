"""TLS to readers (LLRP on 5085, the IoT interface on 443)."""

from __future__ import annotations

import errno
import ssl

from hardware.rfid.options import TlsFiles


def client_context(files: TlsFiles) -> ssl.SSLContext:
    """Make the context of a connection; the reader's certificate is always checked.

    Raises:
        OSError: a file is missing or is no certificate.
    """
    for file in (files.ca, files.cert, files.key):
        if file is not None and not file.is_file():
            raise FileNotFoundError(errno.ENOENT, "no such file", str(file))
    context = ssl.create_default_context(cafile=None if files.ca is None else str(files.ca))
    context.check_hostname = files.check_host
    if files.cert is not None:
        context.load_cert_chain(files.cert, files.key)
    return context
