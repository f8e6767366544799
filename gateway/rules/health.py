"""Rules about devices, their sensors, and screens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from gateway.rule_settings import HealthSettings
from gateway.rules.findings import Finding, Labels, Verdict, label
from gateway.state.view import DeviceState, DeviceView, StoreView
from messages.payloads import Text

_DEVICE: dict[DeviceState, Text] = {
    "clock": Text(zh="的时钟不准", en="has a wrong clock"),
    "lost": Text(zh="与网络断开", en="is off the network"),
    "silent": Text(zh="没有数据", en="sends no data"),
    "stopped": Text(zh="已停止", en="is switched off"),
    "online": Text(zh="正常", en="works"),
}


class DeviceHealth:
    """Tell that a device does not work."""

    name: ClassVar[str] = "device"
    opening_hours_only: ClassVar[bool] = False

    def __init__(self, settings: HealthSettings) -> None:
        self._settings = settings

    def judge(self, view: StoreView) -> Iterable[Finding]:
        """Give a finding for each device."""
        for device in view.devices.values():
            state = _DEVICE[device.state]
            zh, en = f"设备 {device.device} {state.zh}", f"Device {device.device} {state.en}"
            if device.state == "clock" and device.behind_s is not None:
                zh = f"{zh}（慢{device.behind_s:.0f}秒）"
                en = f"{en} ({device.behind_s:.0f} s behind)"
            subject = f"device:{device.device}"
            yield Finding(
                self.name,
                subject,
                Verdict.GOOD if device.works else Verdict.BAD,
                "info" if device.state == "stopped" else "critical",
                Text(zh=zh, en=en),
                self._settings,
                (subject,),
            )


class SensorHealth:
    """Tell that a camera or reader does not work; silent while its whole device is away."""

    name: ClassVar[str] = "sensor"
    opening_hours_only: ClassVar[bool] = True  # at night a camera is rightly dark

    def __init__(self, settings: HealthSettings) -> None:
        self._settings = settings

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
                subject = f"{kind}:{device.device}/{name}"
                yield Finding(
                    self.name,
                    subject,
                    verdict if device.works else Verdict.UNKNOWN,
                    "critical",
                    Text(
                        zh=f"{zh} {device.device}/{name}：{health.state}{detail}",
                        en=f"The {kind} {device.device}/{name} is {health.state}{detail}",
                    ),
                    self._settings,
                    (f"device:{device.device}", subject),
                )


class ScreenHealth:
    """Tell that a screen that should be on does not follow the gateway."""

    name: ClassVar[str] = "screen"
    opening_hours_only: ClassVar[bool] = True

    def __init__(self, settings: HealthSettings, labels: Labels) -> None:
        self._settings = settings
        self._labels = labels

    def judge(self, view: StoreView) -> Iterable[Finding]:
        """Give a finding for each screen that is watched."""
        for screen, connected in view.screens.items():
            name = label(self._labels, screen)
            yield Finding(
                self.name,
                f"screen:{screen}",
                Verdict.GOOD if connected else Verdict.BAD,
                "warning",
                Text(
                    zh=f"屏幕 {screen}（{name.zh}）没有连接",
                    en=f"The screen {screen} ({name.en}) is not connected",
                ),
                self._settings,
                (f"screen:{screen}",),
            )
