"""Settings for all tests."""

import torch

# PyTorch wants to be told, once per process, that sparse tensors are made without checks.
torch.sparse.check_sparse_tensor_invariants.disable()
