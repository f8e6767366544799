"""The command line ``store-sim``: simulated hardware, alone or with a whole store around it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

app = typer.Typer(
    name="store-sim", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


@app.callback()
def _root() -> None:
    """Simulated cameras, RFID readers and shoppers behind real sockets."""


@app.command()
def run(
    scene: Annotated[str, typer.Option(help="quiet (scripted), busy, rush or day.")] = "busy",
    view: Annotated[str, typer.Option(help="Where the camera hangs.")] = "corner",
    seed: Annotated[int, typer.Option(help="Seed of the shop.")] = 1,
    fps: Annotated[float, typer.Option(help="Pictures a second.")] = 10.0,
    camera_port: Annotated[int, typer.Option(help="HTTP port of camera and control.")] = 8090,
    reader_port: Annotated[int, typer.Option(help="LLRP port of the reader.")] = 5084,
    rtsp_port: Annotated[int, typer.Option(help="RTSP port of the camera.")] = 0,
) -> None:
    """Serve a simulated camera and RFID reader until Ctrl-C; a port of 0 takes a free one."""
    from simulators.store.hardware import HardwareOptions, serve

    def tell(addresses: dict[str, str]) -> None:
        for name, address in addresses.items():
            typer.echo(f"{name} {address}")

    options = HardwareOptions(scene, view, seed, fps, camera_port, reader_port, rtsp_port)
    asyncio.run(serve(options, tell))


@app.command()
def reader(
    tags: Annotated[int, typer.Option(help="Items before each of the four antennas.")] = 10,
    read_rate: Annotated[float, typer.Option(help="Chance of a tag in a round of 0.2 s.")] = 0.8,
    vendor: Annotated[int, typer.Option(help="Maker that it claims; 25882 is Impinj.")] = 0,
    port: Annotated[int, typer.Option(help="LLRP port; 0 takes a free one.")] = 5084,
    control_port: Annotated[int, typer.Option(help="HTTP port to put, take and break.")] = 8091,
) -> None:
    """Serve a simulated RFID reader alone until Ctrl-C."""
    from simulators.llrp_reader.alone import AloneOptions
    from simulators.llrp_reader.alone import serve as serve_reader

    options = AloneOptions(tags, read_rate, vendor, port, control_port)
    asyncio.run(serve_reader(options, typer.echo))


@app.command()
def film(
    video: Annotated[Path, typer.Argument(help="Where the Motion JPEG video goes, OUT.avi.")],
    scene: Annotated[str, typer.Option(help="busy, orderly, rush or day.")] = "busy",
    view: Annotated[str, typer.Option(help="Where the camera hangs.")] = "along",
    seed: Annotated[int, typer.Option(help="Seed of the shop.")] = 1,
    seconds: Annotated[float, typer.Option(help="Length of the video.")] = 240.0,
    fps: Annotated[float, typer.Option(help="Pictures a second.")] = 8.0,
    from_s: Annotated[float, typer.Option(help="Seconds the shop is open before.")] = 600.0,
    moved: Annotated[int, typer.Option(help="Hang the camera elsewhere; 0 does not.")] = 0,
    solid: Annotated[bool, typer.Option(help="Draw people as lit solid bodies.")] = False,
) -> None:
    """Film a simulated shop; beside the video come its truth (.jsonl) and a config (.yaml)."""
    from simulators.camera.recording import Take, film
    from simulators.store.hardware import settings_of

    try:
        take = Take(settings_of(scene), view, seed, seconds, fps, from_s, moved, solid)
        frames = film(video, take)
    except (ValueError, OSError) as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(f"{video} {frames} frames")


@app.command()
def demo(
    for_s: Annotated[float, typer.Option("--for", help="Stop after so many seconds.")] = 0.0,
    video: Annotated[
        Path | None, typer.Option(help="Real video in place of the drawn lanes.", exists=True)
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the shop.")] = 1,
    broker_port: Annotated[int, typer.Option(help="Port of the broker.")] = 1883,
    gateway_port: Annotated[int, typer.Option(help="Port of the pages.")] = 8080,
    camera_port: Annotated[int, typer.Option(help="Port of the simulated camera.")] = 8090,
    reader_port: Annotated[int, typer.Option(help="Port of the simulated reader.")] = 5084,
) -> None:
    """Run a whole store on this machine; ports that are taken are replaced by free ones."""
    from simulators.store.configs import Ports
    from simulators.store.demo import DemoOptions
    from simulators.store.demo import run as run_demo

    ports = Ports(broker_port, gateway_port, camera_port, reader_port)
    raise typer.Exit(run_demo(DemoOptions(for_s, video, seed, ports), Console()))


def main() -> None:
    """Run the command line."""
    app()
