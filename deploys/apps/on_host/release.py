"""A release, step by step: new instances beside the old ones, the gate, the switch, the old ones' end."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

from deploys.apps.on_host import containers, declared, steps
from deploys.apps.on_host.balancer import Balancer, BalancerError
from deploys.apps.on_host.containers import Instance
from deploys.apps.on_host.declared import Declared
from deploys.apps.on_host.engine import Engine, EngineError
from deploys.apps.on_host.record import Record, RecordError, Release
from deploys.apps.on_host.store import Store
from deploys.apps.on_host.waiting import RefusedError, wait_behind, wait_for

PULL_SECONDS = 3600
SETTLED_SECONDS = 10
EVERY_SECONDS = 0.2
FAULTS = (RecordError, EngineError, BalancerError)


class Session:
    """One application, to itself: the lock is held."""

    def __init__(self, store: Store, app: Declared, engine: Engine, balancer: Balancer) -> None:
        self.store, self.app, self.engine, self.balancer = store, app, engine, balancer
        self.record = store.record(app.name)

    def save(self, record: Record) -> None:
        """Record it before the act that it names."""
        self.store.save(self.app.name, record)
        self.record = record

    def step(self, name: str) -> None:
        """Begin a step."""
        self.save(steps.at(self.record, name, time.time()))
        print(name, flush=True)  # noqa: T201  the journal

    @property
    def new(self) -> Release:
        """The release that shall serve."""
        if self.record.change is None:
            raise RecordError("no change is under way")
        return self.record.change.new

    def run(self) -> bool:
        """Carry out the change that is recorded; whether the new release serves."""
        try:
            image = self._image()
            self._start(image)
            self.step("ready")
            self._wait_for_all()
            self.step("switching")
            self._switched(self.record.live)
        except (RefusedError, *FAULTS) as error:
            self.take_back(str(error))
            return False
        return True

    def _switched(self, old: Release | None) -> None:
        """Requests go to the new instances; the old ones end."""
        self._lead_to(self.new)
        self._verify()
        self.save(steps.verified(self.record, time.time(), self.app.raw["keep_releases"]))
        self.step("verified")
        self.finish(old)

    def finish(self, old: Release | None) -> None:
        """The new release serves: end the old instances, and remove what is not kept."""
        if self.record.change and self.record.change.step != "draining":
            self.step("draining")
        self._lead_to(self.new)
        why = self._drain(old) if old else ""
        self.save(steps.ended(self.record, "live", why, time.time()))
        self.tidy()

    def _image(self) -> str:
        """The engine's name of the release's image: the kept one, and only else its registry's."""
        self.step("pulled")
        repository, tag = containers.tag(self.app.name, self.new)
        if found := self.engine.image(f"{repository}:{tag}"):
            return found
        reference = f"{self.app.raw['image']}@{self.new.digest}"
        found = self.engine.image(reference)
        if found is None:
            done = subprocess.run(
                ["docker", "pull", "-q", reference],
                capture_output=True,
                text=True,
                timeout=PULL_SECONDS,
                check=False,
            )
            found = self.engine.image(reference)
            if done.returncode or found is None:
                last = (done.stderr.strip().splitlines() or ["no output"])[-1]
                raise RefusedError(f"the image {reference} cannot be had: {last}")
        self.engine.tag(found, repository, tag)
        return found

    def _instances(self, image: str = "") -> Iterator[Instance]:
        own = self.store.settings(self.app.name, self.new)
        return containers.instances(own, self.new, image, self.store.files(own, self.new))

    def _start(self, image: str) -> None:
        self.step("started")
        wanted = list(self._instances(image))
        names = {one.slot.container for one in wanted}
        for name, labels in self.engine.containers(containers.APP, self.app.name).items():
            side = name.rpartition("-")[2][:1]
            warm = name in names and labels.get(containers.NUMBER) == str(self.new.number)
            if side == self.new.side and not warm:
                self.engine.remove(name)
        for one in wanted:
            if self.engine.container(one.slot.container) is None:
                self.engine.create(one.slot.container, one.body)
            self.engine.start(one.slot.container)

    def _wait_for_all(self) -> None:
        """Wait until each instance is ready and names its release."""
        own = self.store.settings(self.app.name, self.new)
        for one in list(self._instances()):
            wait_for(self.engine, one, own.processes[one.process], self.new.name)

    def _lead_to(self, release: Release | None) -> None:
        """Requests go to a release and to nothing else; HAProxy's next start knows it before it is so."""
        self.store.write_server_state()
        wanted, found = declared.of(self.app, release), self.balancer.servers()
        for key in sorted(wanted):
            if found[key].state != "ready":
                self.balancer.set_state(*key, "ready")
            self.balancer.set_up(*key)
        for slot in declared.slots(self.app):
            key = (slot.backend, slot.name)
            if key not in wanted and key in found and found[key].state == "ready":
                self.balancer.set_state(*key, "drain")

    def _verify(self) -> None:
        """Ask through HAProxy: once in many switches the old version responds after one."""
        own = self.store.settings(self.app.name, self.new)
        for process in own.processes.values():
            wait_behind(process, self.new.name)

    def _drain(self, old: Release) -> str:
        """Wait until the old instances are idle or past their deadline, and stop them; who was cut."""
        own = self.store.settings(self.app.name, old)
        slots = [slot for slot in declared.slots(own) if (slot.backend, slot.name) in declared.of(own, old)]
        longest = max(
            max(one["drain_seconds"], one["websocket_drain_seconds"]) for one in own.processes.values()
        )
        until, cut = time.monotonic() + longest, 0
        while True:
            sessions = self.balancer.sessions()
            cut = sum(sessions.get((slot.backend, slot.name), 0) for slot in slots)
            if not cut or time.monotonic() > until:
                break
            time.sleep(EVERY_SECONDS)
        stop_seconds = max(one["stop_seconds"] for one in own.processes.values())
        for slot in slots:
            self.balancer.set_state(slot.backend, slot.name, "maint")
            self.engine.stop(slot.container, stop_seconds)
        return f"{cut} connections were cut at the deadline" if cut else ""

    def take_back(self, why: str) -> None:
        """What served before serves, and nothing of the new release stays."""
        new = self.new
        # The record comes first: whatever ends this below, what is left over is found and removed later.
        self.save(steps.ended(self.record, "refused", why, time.time()))
        sys.stderr.write(f"refused: {why}\n")
        self._lead_to(self.record.live)
        self._keep_output(new)
        self.tidy()
        if new.digest not in {one.digest for one in self.record.kept}:
            self.engine.untag(f"{self.app.raw['image']}@{new.digest}")

    def refuse(self, why: str) -> None:
        """A check failed before anything was changed."""
        self.save(steps.ended(self.record, "refused", why, time.time()))
        sys.stderr.write(f"refused: {why}\n")
        self.store.forget_all_but(self.app.name, {one.number for one in self.record.kept})

    def _keep_output(self, failed: Release) -> None:
        """What the instances of a release printed last, before they are removed; it may hold secrets."""
        parts = []
        for name, labels in sorted(self.engine.containers(containers.APP, self.app.name).items()):
            if labels.get(containers.NUMBER) == str(failed.number):
                done = subprocess.run(
                    ["docker", "logs", "--tail", "200", name],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    timeout=60,
                    check=False,
                )
                parts.append(f"{name}:\n{done.stdout.decode(errors='replace')}")
        if parts:
            self.store.keep_output(self.app.name, "\n".join(parts))

    def tidy(self) -> None:
        """Nothing runs beside the live release, and of those that are not kept nothing is there."""
        live, previous = self.record.live, self.record.previous
        serving = declared.of(self.app, live)
        numbers = {str(one.number) for one in (live, previous) if one}
        for name, labels in self.engine.containers(containers.APP, self.app.name).items():
            slot = name.rpartition("-")[2]
            if any(key[1] == slot and name == self._container(key) for key in serving):
                continue
            if labels.get(containers.NUMBER) in numbers - ({str(live.number)} if live else set()):
                self.engine.stop(name, SETTLED_SECONDS)
            else:
                self.engine.remove(name)
        for slot_ in declared.slots(self.app):
            if (slot_.backend, slot_.name) not in serving:
                self.balancer.set_state(slot_.backend, slot_.name, "maint")
        kept = {one.number for one in self.record.kept}
        repository = f"{containers.TAGS}/{self.app.name}"
        for tag in self.engine.tags(repository):
            if tag.isdigit() and int(tag) not in kept:
                self.engine.untag(f"{repository}:{tag}")
        self.store.forget_all_but(self.app.name, kept)

    def _container(self, key: tuple[str, str]) -> str:
        backend, slot = key
        return declared.container(self.app.name, backend.removeprefix(f"{self.app.name}-"), slot)

    def restore(self) -> None:
        """The live release runs, and requests go to it alone."""
        self._lead_to(self.record.live)
        for backend, name in sorted(declared.of(self.app, self.record.live)):
            self.engine.start(self._container((backend, name)))
        self.tidy()

    def recover(self) -> None:
        """What a change that was cut off becomes: taken back, or from the switch on finished where it can."""
        change = self.record.change
        if change is None:
            return
        if not steps.past_the_point(self.record):
            self.take_back(f"it was cut off at {change.step}")
        elif change.step == "switching":
            try:
                for one in list(self._instances()):
                    self.engine.start(one.slot.container)
                self._wait_for_all()
                self._switched(self.record.live)
            except (RefusedError, *FAULTS) as error:
                self.take_back(f"it was cut off at switching, and then: {error}")
        else:
            self.finish(self.record.previous)
