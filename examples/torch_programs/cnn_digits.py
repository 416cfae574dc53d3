"""A convolutional network on drawn digits: batch norm, pooling, SGD with momentum, weight decay groups."""

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from digits import load_digits


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(16)
        self.fc = nn.Linear(16 * 2 * 2, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 2)
        x = F.max_pool2d(F.relu(self.bn2(self.conv2(x))), 2)
        return F.log_softmax(self.fc(torch.flatten(x, 1)), dim=1)


def main():
    torch.manual_seed(1)
    images, labels = load_digits(400)
    test_images, test_labels = load_digits(100, seed=1)
    net = Net()
    print(net)
    decay = [p for p in net.parameters() if p.dim() > 1]
    others = [p for p in net.parameters() if p.dim() <= 1]
    optimizer = optim.SGD(
        [{"params": decay, "weight_decay": 1e-3}, {"params": others}], lr=0.05, momentum=0.9
    )
    for epoch in range(2):
        for batch in torch.randperm(len(images)).split(40):
            optimizer.zero_grad(set_to_none=True)
            loss = F.nll_loss(net(images[batch]), labels[batch])
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimizer.step()
            print(f"loss {loss:.5f}")
    net.eval()
    with torch.no_grad():
        output = net(test_images)
    print(f"test loss {F.nll_loss(output, test_labels):.4f}")


if __name__ == "__main__":
    main()
