"""Faults of processes: killed or stopped, the server's, a step's, a client's."""

import os
import resource
import signal
import time
from typing import Final

from chaos.stage import ALL, NOBODY, Fault, Injected, Stage, now

_STOPPED_S: Final = 5.0
_AWAY_S: Final = 2.0


def kill_step(stage: Stage) -> Injected:
    """kill -9 of one step or engine, another one each time."""
    stubs = stage.service.stubs()
    name = stage.rng.choice(sorted(set(stubs.values())))
    os.kill(next(pid for pid, step in stubs.items() if step == name), signal.SIGKILL)
    return Injected(now(), ALL, note=name)


def kill_server(stage: Stage) -> Injected:
    """kill -9 of tritonserver."""
    os.kill(stage.service.server_pid, signal.SIGKILL)
    return Injected(now())


def stop_server(stage: Stage) -> Injected:
    """SIGSTOP of tritonserver for 5 s."""
    return _stop([stage.service.server_pid])


def stop_step(stage: Stage) -> Injected:
    """SIGSTOP of one step's processes for 5 s."""
    stubs = stage.service.stubs()
    name = stage.rng.choice(sorted(set(stubs.values())))
    injected = _stop([pid for pid, step in stubs.items() if step == name])
    return Injected(injected.ended_ns, note=name)


def kill_client(stage: Stage) -> Injected:
    """kill -9 of a client in mid-stream; it is started again with --resume."""
    victim = stage.fleet.arenas[0]
    victim.kill()
    time.sleep(_AWAY_S)
    victim.start("--resume")
    return Injected(now(), frozenset({victim.plan.name}))


def fill_disk(stage: Stage) -> Injected:
    """No room for a client's files for 5 s."""
    victim = stage.fleet.arenas[0]
    size = (victim.out / "tracks.jsonl").stat().st_size
    soft, hard = resource.prlimit(victim.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(victim.pid, resource.RLIMIT_FSIZE, (size, hard))
    time.sleep(_STOPPED_S)
    resource.prlimit(victim.pid, resource.RLIMIT_FSIZE, (soft, hard))
    return Injected(now(), NOBODY)


def _stop(pids: list[int]) -> Injected:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(_STOPPED_S)
    for pid in pids:
        try:
            os.kill(pid, signal.SIGCONT)
        except ProcessLookupError:
            continue  # the watchdog was quicker
    return Injected(now())


FAULTS: Final = {
    "stop-server": Fault("SIGSTOP of tritonserver, 5 s", stop_server),
    "kill-client": Fault("kill -9 of a client in mid-frame, then --resume", kill_client),
    "disk-full": Fault("disk full under a client's files, 5 s", fill_disk),
    "kill-step": Fault("kill -9 of a step", kill_step, restarts=True),
    "stop-step": Fault("SIGSTOP of a step, 5 s", stop_step, restarts=True),
    "kill-server": Fault("kill -9 of tritonserver", kill_server, restarts=True),
}
