"""Rules about devices and their sensors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from gateway.rule_settings import HealthSettings
from gateway.rules.findings import Finding, Verdict
from gateway.state.view import DeviceView, StoreView
from messages.payloads import Text

_DEVICE = {
    "lost": Text(zh="与网络断开", en="is off the network"),
    "silent": Text(zh="没有数据", en="sends no data"),
    "stopped": Text(zh="已停止", en="is switched off"),
    "online": Text(zh="正常", en="works"),
}


class DeviceHealth:
    """Tell that a device does not work."""

    name: ClassVar[str] = "device"

    def __init__(self, settings: HealthSettings) -> None:
        self.timing = settings

    def judge(self, view: StoreView) -> Iterable[Finding]:
        """Give a finding for each device."""
        for device in view.devices.values():
            state = _DEVICE[device.state]
            yield Finding(
                self.name,
                f"device:{device.device}",
                Verdict.GOOD if device.works else Verdict.BAD,
                "info" if device.state == "stopped" else "critical",
                Text(
                    zh=f"设备 {device.device} {state.zh}", en=f"Device {device.device} {state.en}"
                ),
            )


class SensorHealth:
    """Tell that a camera or reader does not work; silent while its whole device is away."""

    name: ClassVar[str] = "sensor"

    def __init__(self, settings: HealthSettings) -> None:
        self.timing = settings

    def judge(self, view: StoreView) -> Iterable[Finding]:
        """Give a finding for each camera and reader."""
        for device in view.devices.values():
            yield from self._sensors(device)

    def _sensors(self, device: DeviceView) -> Iterable[Finding]:
        kinds = (("camera", "摄像头", device.cameras), ("reader", "读写器", device.readers))
        for kind, zh, sensors in kinds:
            for name, health in sensors.items():
                verdict = Verdict.GOOD if health.state == "ok" else Verdict.BAD
                detail = f": {health.detail}" if health.detail else ""
                yield Finding(
                    self.name,
                    f"{kind}:{device.device}/{name}",
                    verdict if device.works else Verdict.UNKNOWN,
                    "critical",
                    Text(
                        zh=f"{zh} {device.device}/{name}：{health.state}{detail}",
                        en=f"The {kind} {device.device}/{name} is {health.state}{detail}",
                    ),
                )
