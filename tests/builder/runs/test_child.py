"""The warm children: right answers, plain errors, and a fresh start after anything goes wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from builder.errors import CatalogError, ChildError, DataError, FileError
from builder.facts import ModelFacts
from builder.runs.engine_process import child_process, client, process_policy
from builder.spec import Config, ModelSpec, ObjectSpec, TrainingSpec, chain
from tests.builder.runs.conftest import gone, until


def mnist_model(units: int = 128) -> ModelSpec:
    return chain(
        "mnist",
        ObjectSpec("InputLayer", Config(shape=(28, 28))),
        ObjectSpec("Flatten"),
        ObjectSpec("Dense", Config(units=units)),
        ObjectSpec("Dense", Config(units=10)),
    )


def pid_of(lane: str) -> int:
    pid = client._CHILDREN[lane].pid
    assert pid is not None
    return pid


def test_a_call_is_answered_by_keras_in_another_process() -> None:
    facts = client.call("keras_model.summary", mnist_model())
    assert isinstance(facts, ModelFacts)
    # (784 + 1) * 128 + (128 + 1) * 10, the MNIST tutorial's own summary
    assert facts.params == 101_770
    assert pid_of("quick") != os.getpid()


def test_every_caller_gets_his_own_answer() -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = pool.map(
            lambda u: client.call("keras_model.summary", mnist_model(u)).params, range(1, 60)
        )
        assert list(answers) == [(784 + 1) * u + (u + 1) * 10 for u in range(1, 60)]


def test_a_long_call_does_not_hold_up_quick_ones() -> None:
    client.start()
    with ThreadPoolExecutor(1) as pool:
        long = pool.submit(client.call, "loading.describe", ObjectSpec("Digits"))
        quick = [client.call("keras_model.summary", mnist_model(u)) for u in range(1, 6)]
        assert len(quick) == 5
        assert long.result().target.classes
    assert pid_of("slow") != pid_of("quick")


def test_errors_come_back_as_what_they_are() -> None:
    with pytest.raises(CatalogError, match="Digitz") as caught:
        client.call("loading.describe", ObjectSpec("Digitz"))
    assert "Digits" in caught.value.hint
    with pytest.raises(DataError):
        client.call("loading.describe", ObjectSpec("Xor", Config(test_split=7.0)))


@pytest.mark.parametrize(
    "verb",
    [
        "os.system",
        "build",
        "keras_model._facts",
        "build.keras",
        "build.math.prod",
        "train.train",
        "build.",
    ],
)
def test_only_the_engines_own_public_functions_can_be_called(verb: str) -> None:
    with pytest.raises(ChildError, match="is not a call this child answers"):
        client.call(verb)


def test_an_unexpected_error_is_one_sentence() -> None:
    with pytest.raises(ChildError, match=r"happened in keras_model\.summary: Type"):
        client.call("keras_model.summary")


def test_a_value_that_cannot_cross_breaks_nothing() -> None:
    before = client.call("keras_model.summary", mnist_model()), pid_of("quick")
    with pytest.raises(TypeError, match="cannot cross"):
        client.call("keras_model.summary", object())
    assert (client.call("keras_model.summary", mnist_model()), pid_of("quick")) == before


def test_a_killed_child_is_said_and_replaced() -> None:
    client.start()
    folder = psutil.Process(pid_of("quick")).cwd()
    os.kill(pid_of("quick"), signal.SIGKILL)
    until(lambda: client._CHILDREN["quick"].pid is None)
    # found dead before the call, it is replaced without a word
    assert client.call("keras_model.summary", mnist_model()).params == 101_770
    assert not Path(folder).exists()  # what it worked in went, too
    pid = pid_of("quick")
    os.kill(pid, signal.SIGSTOP)  # so that it dies in the middle of the call
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.call, "keras_model.summary", mnist_model())
        time.sleep(0.2)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(ChildError, match="was killed, perhaps out of memory"):
            answer.result()


def test_a_call_that_takes_too_long_is_ended_and_the_next_one_works() -> None:
    client.start()
    os.kill(pid_of("quick"), signal.SIGSTOP)
    with pytest.raises(ChildError, match="took too long"):
        client.call("keras_model.summary", mnist_model(), timeout=0.3)
    assert client.call("keras_model.summary", mnist_model()).params == 101_770


def test_a_workspace_that_may_only_be_read_is_the_reason_given(own_home: Path) -> None:
    (own_home / "logs" / "child-mute.log").mkdir(parents=True)  # so it cannot be written to
    with pytest.raises(FileError, match=r"workspace folder cannot be written to: .+\."):
        child_process.Child("mute", []).start()


def test_an_untrusted_call_may_not_take_more_memory_than_given() -> None:
    # confined to 300 MB beyond Keras, the weights' 4 GB cannot be allocated
    program = (
        "from builder.runs.engine_process import server\n"
        "server.limit_memory(300 * 2**20)\n"
        "import numpy\n"
        "try: numpy.ones(2**29)\n"
        "except MemoryError: print('refused')\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, env=process_policy.environment(), capture_output=True, check=True
    )
    assert done.stdout == b"refused\n"


def test_a_guarded_call_has_a_process_and_a_folder_of_its_own() -> None:
    client.start()
    facts = client.call_guarded("keras_model.summary", mnist_model())
    assert facts.params == 101_770
    ours = {pid_of("quick"), pid_of("slow")}
    children = [p for p in psutil.Process().children() if "--memory" in p.cmdline()]
    assert children == []
    assert {p.pid for p in psutil.Process().children()} >= ours


def test_the_children_end_with_their_parent(tmp_path: str) -> None:
    program = (
        "from builder.runs.engine_process import client\n"
        "client.call('keras_model.summary', __import__('builder.spec').spec.ModelSpec())\n"
        "print(client._CHILDREN['quick'].pid, flush=True)\n"
        "import time; time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], env=process_policy.environment(), stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout
        orphan = int(parent.stdout.readline())
        assert psutil.pid_exists(orphan)
        parent.kill()
    until(lambda: gone(orphan))


def test_what_libraries_print_does_not_disturb_the_answers() -> None:
    program = (
        "from builder.runs.engine_process import server\n"
        "source, sink = server.private_pipes()\n"
        "print('chatter'); import os; os.write(1, b'noise')\n"
        "sink.write(source.read()); sink.flush()\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, input=b"exact", env=process_policy.environment(), capture_output=True, check=True
    )
    assert done.stdout == b"exact"
    assert b"chatter" in done.stderr and b"noise" in done.stderr


def test_the_web_process_stays_small(training: TrainingSpec) -> None:
    program = (
        "import sys\n"
        "from builder.runs.disk import projects\n"
        "from builder.runs.engine_process import client\n"
        "from builder.runs.scheduler import jobs\n"
        "heavy = {'keras', 'tensorflow', 'sklearn', 'scipy', 'pandas'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "import psutil; print(psutil.Process().memory_info().rss)\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, env=process_policy.environment(), capture_output=True, check=True
    )
    assert int(done.stdout) < 70e6
