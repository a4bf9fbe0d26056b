# %%
import torch
torch.tensor([1.0, 1000000.0]), torch.tensor([1e-8, 1.0]), torch.tensor([1, 2]), torch.tensor([True])
# %%
torch.arange(2000.)
# %%
torch.rand(30, 30).shape, torch.zeros(2, 3, 4)
# %%
{"w": torch.ones(2), "b": torch.tensor(1.0, requires_grad=True)}
# %%
[torch.ones(3, 3), torch.zeros(2)]
# %%
(torch.ones(2), [1, "a", None], {"k": (1,)})
# %%
print([torch.tensor(1.0)], {"a": torch.tensor([2.0])}, (torch.tensor(3),))
# %%
print(torch.tensor(3.14159), f"{torch.tensor(3.14159)}", f"{torch.tensor(3.14159):.2f}", "{:.3f}".format(torch.tensor(2.0)), str(torch.ones(1)), repr(torch.ones(1)))
# %%
f"{torch.tensor([1.0, 2.0])}"
# %%
f"{torch.tensor([1.0, 2.0]):.2f}"
# %%
torch.float32, torch.tensor(1).dtype, torch.device("cpu"), torch.Size([2, 3]), torch.ones(2).device
# %%
torch.tensor(float("nan")), torch.tensor(float("inf")) , torch.log(torch.tensor(0.0)), torch.sqrt(torch.tensor(-1.0)), torch.tensor(1.0) / 0
# %%
x = torch.tensor([1.0], requires_grad=True)
print(x, x * 2, (x * 2).detach(), x.data)
print("x:", x, "\ny:", x * 2, sep="")
# %%
"text\twith\nlines"
# %%
'it\'s'
# %%
1e10, 1e-5, 0.1 + 0.2, 10 ** 20, -0.0, float("nan"), 1_000
# %%
print("=" * 40); print("-" * 10 + ">", "ok")
# %%
torch.Tensor, torch.tensor, torch.nn.Linear, torch.optim.SGD, torch.sin, torch.no_grad, len, math if False else int
# %%
import math
math.pi, math.sqrt(2), math.sin, math
# %%
x.backward, x.shape, x.sum
# %%
def named(a, b=1): pass
named, (lambda: 0)
# %%
torch.tensor([[1, 2], [3, 4]], dtype=torch.float64), torch.tensor([1.5], dtype=torch.float16), torch.tensor([1, 2], dtype=torch.int32)
# %%
range(3), slice(1, 2), enumerate([1]) is None, (1 for _ in range(2)) is None, Exception("x"), ValueError("bad", 1)
# %%
print(Exception("x"), repr(ValueError("y")), KeyError("k"))
# %%
[1.0, 2.0] * 30
# %%
[[i * j for j in range(10)] for i in range(6)]
# %%
True, None, "s", ("nested", ("tuple", ["list", {"dict": 1}])), [()], {}, [], ()
# %%
torch.return_types.max if False else torch.tensor([3.0, 1.0]).sort()
# %%
print(torch.__version__.split("+")[0].count("."))
