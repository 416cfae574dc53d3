import torch
from torch import nn

# Let's build a simple network with one hidden layer
net = nn.Sequential(
    nn.Linear(4, 8),  # Layer 0: Input size 4, Output size 8
    nn.ReLU(),        # Layer 1: Activation
    nn.Linear(8, 1)   # Layer 2: Output layer
)

# Access the weight of the first layer (Layer 0)
# 'state_dict()' gives us a dictionary of all parameters
print(net[0].state_dict()) 

# Access specifically the Weight tensor
print(net[0].weight.data) 

# Access specifically the Bias tensor
print(net[0].bias.data)

# Define a function to initialize weights
def init_normal(m):
    if type(m) == nn.Linear:
        # Fill weights with random numbers from Normal Distribution
        # Mean=0, Std=0.01
        nn.init.normal_(m.weight, mean=0, std=0.01)
        # Set bias to 0
        nn.init.zeros_(m.bias)

# Apply this function to every layer in the network
net.apply(init_normal)
print("Weights after Normal Init:", net[0].weight.data[0])

# --- Another Example: Constant Initialization ---
def init_constant(m):
    if type(m) == nn.Linear:
        nn.init.constant_(m.weight, 1) # Set all weights to 1

net.apply(init_constant)
print("Weights after Constant Init:", net[0].weight.data[0])

# Create a standard linear layer
shared = nn.Linear(8, 8)

# We use the 'shared' object twice!
net_shared = nn.Sequential(
    nn.Linear(4, 8),    # Input layer
    nn.ReLU(),
    shared,             # Hidden Layer 1 (Uses 'shared' weights)
    nn.ReLU(),
    shared,             # Hidden Layer 2 (Uses SAME 'shared' weights)
    nn.Linear(8, 1)     # Output
)

# Proof: If we change weights in Layer 2, Layer 4 changes too.
net_shared[2].weight.data[0,0] = 100
print(net_shared[2].weight.data[0,0] == net_shared[4].weight.data[0,0]) 
# Output will be True
