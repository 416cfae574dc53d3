"""Datasets, samplers and the DataLoader, each against PyTorch running the same program."""

import collections
import os
import random
import signal
import time

import numpy as np
import pytest
import torch
import torch.utils.data

import taut
import taut.utils.data

# PyTorch's opinion of more workers than processors.
pytestmark = pytest.mark.filterwarnings("ignore:This DataLoader will create")
LIBS = (taut, torch)
Point = collections.namedtuple("Point", ["x", "label"])


def plain(value):
    """Tensors as (dtype, list), everything else as it is."""
    if hasattr(value, "tolist") and hasattr(value, "dim"):
        return str(value.dtype).split(".")[-1], value.tolist()
    if isinstance(value, collections.abc.Mapping):
        return type(value).__name__, {k: plain(v) for k, v in value.items()}
    if isinstance(value, (np.ndarray, np.generic)):
        return str(value.dtype), value.tolist()
    if isinstance(value, (list, tuple, collections.deque)):
        return type(value).__name__, [plain(v) for v in value]
    return value


def both(program, *args):
    """Run a program under both libraries from the same seed; compare results and streams."""
    results = []
    for lib in LIBS:
        lib.manual_seed(7)
        result = plain(program(lib, *args))
        results.append((result, plain(lib.rand(3))))
    assert results[0] == results[1]
    return results[0][0]


def both_raise(program):
    kinds = []
    for lib in LIBS:
        with pytest.raises(Exception) as caught:
            program(lib)
        kinds.append(caught.type)
    assert kinds[0] is kinds[1]


def tensor_dataset(lib, n=10):
    return lib.utils.data.TensorDataset(
        lib.arange(n), lib.arange(2 * n, dtype=lib.float32).reshape(n, 2)
    )


class Samples:
    """A map-style dataset of mixed samples, defined for both libraries."""

    def __init__(self, lib, n=7):
        self.lib, self.n = lib, n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        return {
            "tensor": self.lib.full((2,), i),
            "pair": (i, i / 2),
            "list": [str(i), True],
            "point": Point(self.lib.tensor(i), b"x"),
            "array": np.arange(3) + i,
            "scalar": np.float64(i),
        }


# Samplers


@pytest.mark.parametrize(
    "make",
    [
        lambda d, g: d.SequentialSampler(range(5)),
        lambda d, g: d.RandomSampler(range(10)),
        lambda d, g: d.RandomSampler(range(10), num_samples=23),
        lambda d, g: d.RandomSampler(range(10), num_samples=3),
        lambda d, g: d.RandomSampler(range(10), replacement=True),
        lambda d, g: d.RandomSampler(range(10), replacement=True, num_samples=70),
        lambda d, g: d.RandomSampler(range(10), generator=g),
        lambda d, g: d.RandomSampler(range(10), True, 40, g),
        lambda d, g: d.SubsetRandomSampler([3, 1, 8, 8]),
        lambda d, g: d.SubsetRandomSampler(range(20), generator=g),
        lambda d, g: d.WeightedRandomSampler([0.1, 0.2, 5, 1], 12),
        lambda d, g: d.WeightedRandomSampler([0.1, 0.2, 5, 1], 4, replacement=False),
        lambda d, g: d.WeightedRandomSampler([1, 2, 3], 9, generator=g),
        lambda d, g: d.BatchSampler(d.RandomSampler(range(10)), 3, False),
        lambda d, g: d.BatchSampler(range(10), 4, True),
        lambda d, g: d.BatchSampler(range(8), 4, True),
    ],
)
def test_samplers(make):
    def program(lib):
        generator = lib.Generator()
        generator.manual_seed(3)
        sampler = make(lib.utils.data, generator)
        return [list(sampler), list(sampler), len(sampler), lib.rand(1, generator=generator)]

    both(program)


@pytest.mark.parametrize(
    "make",
    [
        lambda d: d.RandomSampler([]),
        lambda d: d.RandomSampler([1], replacement=1),
        lambda d: d.RandomSampler([1], num_samples=0),
        lambda d: d.RandomSampler([1], num_samples=1.5),
        lambda d: d.WeightedRandomSampler([1.0], 0),
        lambda d: d.WeightedRandomSampler([1.0], True),
        lambda d: d.WeightedRandomSampler([1.0], 1, 1),
        lambda d: d.WeightedRandomSampler([[1.0]], 1),
        lambda d: d.BatchSampler([1], 0, False),
        lambda d: d.BatchSampler([1], True, False),
        lambda d: d.BatchSampler([1], 1, 1),
    ],
)
def test_sampler_errors(make):
    both_raise(lambda lib: make(lib.utils.data))


# Datasets


def test_datasets():
    def program(lib):
        d = lib.utils.data
        data = tensor_dataset(lib)
        joined = data + tensor_dataset(lib, 3)
        subset = d.Subset(joined, [11, 0, 5])
        stacked = d.StackDataset(data, d.Subset(data, range(10)))
        named = d.StackDataset(a=data, b=range(10))
        return [
            data[2], data[-1], data[1:3], len(joined), joined[11], joined[-1], joined[-13],
            subset[0], subset.__getitems__([1, 2]), len(subset),
            stacked[4], stacked.__getitems__([4, 1]), named[3], named.__getitems__([1, 0]),
            len(stacked), joined.cumulative_sizes,
        ]  # fmt: skip

    both(program)


@pytest.mark.parametrize(
    "make",
    [
        lambda lib, d: d.TensorDataset(lib.zeros(2), lib.zeros(3)),
        lambda lib, d: d.ConcatDataset([]),
        lambda lib, d: d.ConcatDataset([[1, 2]])[-3],
        lambda lib, d: d.ConcatDataset([[1, 2]])[2],
        lambda lib, d: d.StackDataset([1], [1, 2]),
        lambda lib, d: d.StackDataset(),
        lambda lib, d: d.StackDataset([1], b=[1]),
        lambda lib, d: d.StackDataset(a=[1], b=[1, 2]),
        lambda lib, d: d.random_split(range(3), [1, 1]),
        lambda lib, d: d.random_split(range(3), [-0.5, 1.5]),
        lambda lib, d: d.Dataset()[0],
    ],
)
def test_dataset_errors(make):
    both_raise(lambda lib: make(lib, lib.utils.data))


@pytest.mark.parametrize(
    "lengths", [[3, 4, 3], [0.3, 0.3, 0.4], [0.25, 0.25, 0.25, 0.25], [1 / 3, 1 / 3, 1 / 3], [10]]
)
def test_random_split(lengths):
    def program(lib):
        generator = lib.Generator()
        generator.manual_seed(5)
        split = lib.utils.data.random_split
        return [
            [list(part) for part in split(range(10), lengths)],
            [list(part.indices) for part in split(range(10), lengths, generator=generator)],
        ]

    both(program)


def test_random_split_warns_of_an_empty_part():
    for lib in LIBS:
        with pytest.warns(UserWarning, match="Length of split at index 1 is 0"):
            lib.utils.data.random_split(range(1), [0.9, 0.1])


def streams(lib):
    class Stream(lib.utils.data.IterableDataset):
        def __init__(self, n, length=None):
            self.n, self.length = n, length

        def __iter__(self):
            info = lib.utils.data.get_worker_info()
            first, step = (info.id, info.num_workers) if info else (0, 1)
            return iter(range(first, self.n, step))

        def __len__(self):
            if self.length is None:
                raise TypeError("no length")
            return self.length

    return Stream


def test_chained_streams():
    def program(lib):
        stream = streams(lib)
        chain = stream(3, 3) + stream(2, 2)
        return [list(chain), len(chain)]

    both(program)
    for lib in LIBS:
        with pytest.raises(AssertionError, match="only supports IterableDataset"):
            list(lib.utils.data.ChainDataset([[1]]))
        with pytest.raises(AssertionError, match="IterableDataset"):
            lib.utils.data.ConcatDataset([streams(lib)(3)])


# Collation


@pytest.mark.parametrize(
    "batch",
    [
        lambda lib: [1, 2],
        lambda lib: [1.5, 2],
        lambda lib: [True, False],
        lambda lib: ["a", "b"],
        lambda lib: [b"a"],
        lambda lib: [lib.ones(2), lib.zeros(2)],
        lambda lib: [lib.tensor(1), lib.tensor(2)],
        lambda lib: [(1, "a"), (2, "b")],
        lambda lib: [[1, 2.0], [3, 4.0]],
        lambda lib: [{"a": 1, "b": [2]}, {"b": [4], "a": 3}],
        lambda lib: [Point(1, "a"), Point(2, "b")],
        lambda lib: [collections.OrderedDict(x=1), collections.OrderedDict(x=2)],
        lambda lib: [collections.defaultdict(list, x=1.0)],
        lambda lib: [range(2), range(2, 4)],
        lambda lib: [collections.deque([1, 2]), collections.deque([3, 4])],
        lambda lib: [np.ones(2, np.float32), np.zeros(2, np.float32)],
        lambda lib: [np.int64(1), np.int64(2)],
        lambda lib: [np.float64(1), np.float64(2)],
        lambda lib: [np.array(3)],
        lambda lib: [],
        lambda lib: [[1], [1, 2]],
        lambda lib: [None],
        lambda lib: [object()],
        lambda lib: [{1, 2}],
        lambda lib: [np.array(["a"])],
        lambda lib: [lib.ones(2), lib.ones(3)],
        lambda lib: [{"a": 1}, {"b": 1}],
    ],
)
def test_collate_and_convert(batch):
    outcomes = []
    for lib in LIBS:
        for function in (lib.utils.data.default_collate, lib.utils.data.default_convert):
            try:
                outcomes.append(plain(function(batch(lib))))
            except Exception as error:
                outcomes.append(type(error))
    assert outcomes[0] == outcomes[2]
    if not any(type(item) is object for item in batch(taut)):
        assert outcomes[1] == outcomes[3]


# Loading

LOADERS = [
    {},
    {"batch_size": 3},
    {"batch_size": 3, "drop_last": True},
    {"batch_size": 4, "shuffle": True},
    {"batch_size": None},
    {"batch_size": None, "shuffle": True},
    {"batch_size": 3, "sampler": [4, 2, 2, 0]},
    {"batch_sampler": [[0], [1, 2, 3], []][:2]},
    {"batch_size": 2, "collate_fn": list},
    {"batch_size": 2, "pin_memory": False},
]


@pytest.mark.parametrize("workers", [0, 1, 2, 3])
@pytest.mark.parametrize("options", LOADERS)
def test_loader(options, workers):
    def program(lib):
        loader = lib.utils.data.DataLoader(Samples(lib), num_workers=workers, **options)
        epochs = [list(loader) for _ in range(2)]
        return [epochs, len(loader), lib.rand(2)]

    both(program)


@pytest.mark.parametrize(("workers", "persistent"), [(0, False), (2, False), (2, True)])
def test_generator_and_streams(workers, persistent):

    def program(lib):
        generator = lib.Generator()
        generator.manual_seed(11)
        loader = lib.utils.data.DataLoader(
            tensor_dataset(lib), 3, shuffle=True, num_workers=workers, generator=generator,
            persistent_workers=persistent,
        )  # fmt: skip
        first = next(iter(loader))
        rest = [list(loader) for _ in range(3)]
        return [first, rest, lib.rand(2, generator=generator)]

    both(program)


class Draws:
    """Samples drawn from the three random streams inside the worker."""

    def __init__(self, lib):
        self.lib = lib

    def __len__(self):
        return 6

    def __getitem__(self, i):
        info = self.lib.utils.data.get_worker_info()
        seen = (info.id, info.num_workers, info.seed % 2**31, info.dataset is self)
        return seen, self.lib.rand(2), random.random(), np.random.rand()


@pytest.mark.parametrize("persistent", [False, True])
def test_workers_draw_what_pytorchs_draw(persistent):
    def program(lib):
        loader = lib.utils.data.DataLoader(
            Draws(lib), 2, num_workers=2, persistent_workers=persistent
        )
        return [list(loader), list(loader)]

    both(program)


def init_seeding(worker):
    random.seed(100 + worker)


def test_worker_init_fn():
    def program(lib):
        loader = lib.utils.data.DataLoader(
            Draws(lib), 2, num_workers=2, worker_init_fn=init_seeding, collate_fn=list
        )
        return [[sample[2] for batch in loader for sample in batch]]

    both(program)


@pytest.mark.parametrize("workers", [0, 1, 2, 3])
@pytest.mark.parametrize(
    "options", [{}, {"batch_size": 3}, {"batch_size": 3, "drop_last": True}, {"batch_size": None}]
)
def test_streams(options, workers):
    def program(lib):
        loader = lib.utils.data.DataLoader(streams(lib)(11), num_workers=workers, **options)
        epochs = [list(loader) for _ in range(2)]
        # Which worker's batch comes first after another's end is a matter of timing.
        return [sorted(map(repr, map(plain, epoch))) for epoch in epochs]

    both(program)


def test_stream_longer_than_it_said():
    for lib in LIBS:
        loader = lib.utils.data.DataLoader(streams(lib)(6, length=5), batch_size=1)
        assert len(loader) == 5
        with pytest.warns(UserWarning, match="was reported to be 5"):
            list(loader)


@pytest.mark.parametrize(
    "make",
    [
        lambda lib, d: d.DataLoader([1], num_workers=-1),
        lambda lib, d: d.DataLoader([1], timeout=-1),
        lambda lib, d: d.DataLoader([1], prefetch_factor=2),
        lambda lib, d: d.DataLoader([1], num_workers=1, prefetch_factor=-2),
        lambda lib, d: d.DataLoader([1], persistent_workers=True),
        lambda lib, d: d.DataLoader([1], shuffle=True, sampler=[0]),
        lambda lib, d: d.DataLoader([1], batch_sampler=[[0]], batch_size=2),
        lambda lib, d: d.DataLoader([1], batch_sampler=[[0]], shuffle=True),
        lambda lib, d: d.DataLoader([1], batch_size=None, drop_last=True),
        lambda lib, d: d.DataLoader([], shuffle=True),
        lambda lib, d: d.DataLoader([1], batch_size=0),
        lambda lib, d: d.DataLoader([1], multiprocessing_context="fork"),
        lambda lib, d: d.DataLoader([1], num_workers=1, multiprocessing_context="spoon"),
        lambda lib, d: d.DataLoader([1], num_workers=1, multiprocessing_context=3),
        lambda lib, d: d.DataLoader(streams(lib)(3), shuffle=True),
        lambda lib, d: d.DataLoader(streams(lib)(3), sampler=[0]),
        lambda lib, d: d.DataLoader(streams(lib)(3), batch_sampler=[[0]]),
        lambda lib, d: len(d.DataLoader(streams(lib)(3))),
        lambda lib, d: setattr(d.DataLoader([1]), "batch_size", 3),
        lambda lib, d: setattr(d.DataLoader([1]), "dataset", 3),
        lambda lib, d: next(iter(d.DataLoader([None]))),
    ],
)
def test_loader_errors(make):
    both_raise(lambda lib: make(lib, lib.utils.data))


# Workers in trouble


class Picky(Exception):
    def __init__(self, first, second):
        super().__init__(first, second)


class Failing:
    def __init__(self, error):
        self.error = error

    def __len__(self):
        return 6

    def __getitem__(self, i):
        if i == 3:
            raise self.error
        return i


@pytest.mark.parametrize(
    "error", [ValueError("bad sample"), KeyError("key"), Picky(1, 2), StopIteration(3)]
)
def test_exceptions_come_back(error):
    outcomes = []
    for lib in LIBS:
        iterator = iter(lib.utils.data.DataLoader(Failing(error), num_workers=2))
        got = []
        while True:
            try:
                got.append(next(iterator).item())
            except StopIteration:
                break
            except Exception as caught:
                got.append(type(caught))
                assert "in DataLoader worker process 1.\nOriginal Traceback" in str(caught)
                assert "in __getitem__" in str(caught)
        outcomes.append(got)
    assert outcomes[0] == outcomes[1] or isinstance(error, StopIteration)


def bad_init(worker):
    raise RuntimeError("no license")


def test_exception_in_init():
    for lib in LIBS:
        loader = lib.utils.data.DataLoader(range(4), num_workers=1, worker_init_fn=bad_init)
        with pytest.raises(RuntimeError, match="no license"):
            list(loader)


class Dying:
    def __len__(self):
        return 4

    def __getitem__(self, i):
        os.kill(os.getpid(), signal.SIGKILL)


def test_dead_worker():
    loader = taut.utils.data.DataLoader(Dying(), num_workers=2)
    with pytest.raises(RuntimeError, match=r"worker \d \(pid \d+\) exited unexpectedly"):
        list(loader)


class Slow:
    def __len__(self):
        return 2

    def __getitem__(self, i):
        time.sleep(60 if i == 1 else 0)
        return i


def test_timeout():
    loader = taut.utils.data.DataLoader(Slow(), num_workers=1, timeout=0.5)
    iterator = iter(loader)
    assert next(iterator).tolist() == [0]
    with pytest.raises(RuntimeError, match="timed out after 0.5 seconds"):
        next(iterator)
    for process in iterator._processes:
        process.kill()


def test_batch_that_cannot_be_pickled():
    loader = taut.utils.data.DataLoader(range(2), num_workers=1, collate_fn=lambda b: lambda: 0)
    with pytest.raises(Exception, match="pickle"):
        next(iter(loader))


def test_iterators_left_halfway_end_their_workers():
    loader = taut.utils.data.DataLoader(range(100), num_workers=2)
    iterator = iter(loader)
    next(iterator)
    processes = iterator._processes
    del iterator
    assert not any(process.is_alive() for process in processes)


def test_large_batches_and_long_index_lists_do_not_block():
    data = taut.utils.data.TensorDataset(taut.arange(400_000))

    def collate(samples):
        return taut.zeros(1_000_000)

    loader = taut.utils.data.DataLoader(
        range(len(data)), batch_size=100_000, num_workers=2, collate_fn=collate, prefetch_factor=4
    )
    assert [batch.numel() for batch in loader] == [1_000_000] * 4


def test_out_of_order():
    class Uneven:
        def __len__(self):
            return 6

        def __getitem__(self, i):
            time.sleep(1.0 if i == 0 else 0.0)
            return i

    loader = taut.utils.data.DataLoader(Uneven(), None, num_workers=2, in_order=False)
    order = list(loader)
    assert sorted(order) == list(range(6))
    assert order[0] != 0


def test_shared_storage_stays_shared_in_a_batch():
    def collate(samples):
        whole = taut.zeros(4)
        return whole, whole[1:3]

    loader = taut.utils.data.DataLoader(range(1), num_workers=1, collate_fn=collate)
    whole, part = next(iter(loader))
    part.fill_(1.0)
    assert whole.tolist() == [0.0, 1.0, 1.0, 0.0]


def test_spawned_workers():
    loader = taut.utils.data.DataLoader(range(4), 2, num_workers=1, multiprocessing_context="spawn")
    assert [batch.tolist() for batch in loader] == [[0, 1], [2, 3]]
