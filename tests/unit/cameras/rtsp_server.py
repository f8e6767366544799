"""An RTSP server on Debian's GStreamer library; run by the system's Python as a process.

Reads one JSON object a line: {"path", "encoder", "width", "height", "fps"} mounts a stream, whose
old clients are thrown out; "user" and "password" ask for a login. Prints the port first, then
"ok" for each line.
"""

import json
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402  the versions come first

ENCODERS = {
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10 ! rtph264pay",
    "h265": "x265enc tune=zerolatency speed-preset=ultrafast key-int-max=10 ! rtph265pay",
    "jpeg": "jpegenc ! rtpjpegpay",
}


def mount(server, order):
    server.client_filter(lambda server, client: GstRtspServer.RTSPFilterResult.REMOVE)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(
        "( videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,"
        "width={width},height={height},framerate={fps}/1 ! {0} name=pay0 pt=96 )".format(
            ENCODERS[order["encoder"]], **order
        )
    )
    factory.set_shared(True)
    if "user" in order:
        auth = GstRtspServer.RTSPAuth()
        token = GstRtspServer.RTSPToken()
        token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "viewer")
        auth.set_supported_methods(2)
        auth.add_digest(order["user"], order["password"], token)
        server.set_auth(auth)
        factory.add_role_from_structure(
            Gst.Structure.new_from_string(
                "viewer, media.factory.access=(boolean)true, media.factory.construct=(boolean)true"
            )
        )
    server.get_mount_points().add_factory(order["path"], factory)


def follow_orders(server):
    done = threading.Event()

    def obey(order):
        mount(server, order)
        done.set()

    for line in sys.stdin:
        done.clear()
        GLib.idle_add(obey, json.loads(line))
        done.wait()
        print("ok", flush=True)


Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(sys.argv[1] if len(sys.argv) > 1 else "0")
server.attach(None)
print(server.get_bound_port(), flush=True)
threading.Thread(target=follow_orders, args=(server,), daemon=True).start()
GLib.MainLoop().run()
