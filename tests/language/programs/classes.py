# %%
class Value:
    """A scalar that knows its gradient."""

    count = 0

    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0
        self._prev = set(_children)
        self._op = _op
        self._backward = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), '+')

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), '*')

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def __pow__(self, other):
        assert isinstance(other, (int, float)), "only supporting int/float powers for now"
        out = Value(self.data**other, (self,), f'**{other}')

        def _backward():
            self.grad += (other * self.data**(other-1)) * out.grad
        out._backward = _backward
        return out

    def relu(self):
        out = Value(0 if self.data < 0 else self.data, (self,), 'ReLU')

        def _backward():
            self.grad += (out.data > 0) * out.grad
        out._backward = _backward
        return out

    def backward(self):
        topo = []
        visited = set()
        def build_topo(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build_topo(child)
                topo.append(v)
        build_topo(self)
        self.grad = 1
        for v in reversed(topo):
            v._backward()

    def __neg__(self):
        return self * -1

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return other + (-self)

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return other * self**-1

    def __repr__(self):
        return f"Value(data={self.data}, grad={self.grad})"
# %%
x = Value(-4.0)
z = 2 * x + 2 + x
q = z.relu() + z * x
h = (z * z).relu()
y = h + q + q * x
y.backward()
xmg, ymg = x, y
x, y
# %%
import torch
x = torch.Tensor([-4.0]).double()
x.requires_grad = True
z = 2 * x + 2 + x
q = z.relu() + z * x
h = (z * z).relu()
y = h + q + q * x
y.backward()
xpt, ypt = x, y
assert ymg.data == ypt.data.item()
assert xmg.grad == xpt.grad.item()
print("forward and backward agree")
# %%
a = Value(2.0)
b = (a / 4 - 1) ** 2
print(b)
[a, b]
# %%
class Animal:
    legs = 4
    def __init__(self, name):
        self.name = name
    def speak(self):
        return f"{self.name} says nothing"
    def __str__(self):
        return f"<{self.name}>"
    def __len__(self):
        return len(self.name)
    def __getitem__(self, i):
        return self.name[i]
    def __call__(self, n):
        return self.name * n
    def __eq__(self, other):
        return self.name == other.name

class Dog(Animal):
    def __init__(self, name, age=3):
        super().__init__(name)
        self.age = age
    def speak(self):
        return super().speak() + " but woof"
    @property
    def years(self):
        return self.age * 7
    @staticmethod
    def kind():
        return "dog"
    @classmethod
    def make(cls):
        return cls("Made")

d = Dog("Rex")
print(d, d.speak(), d.legs, Dog.legs, d.years, Dog.kind(), len(d), d[0], d(2), d == Dog("Rex"), isinstance(d, Animal))
print(Dog.make().name, type(d).__name__, hasattr(d, "age"), getattr(d, "nope", 1))
# %%
d.missing
# %%
Dog()
# %%
d
# %%
Dog
# %%
class Empty:
    pass
e = Empty()
e.field = 5
e.field
