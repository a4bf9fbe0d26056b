# %%
counter = 0
def step():
    global counter
    counter += 1
    return counter
step(); step()
# %%
def outer():
    total = 0
    def add(n):
        nonlocal total
        total += n
        return total
    return add
add = outer()
add(2), add(5)
# %%
n = 5
while n > 0:
    n -= 2
    if n == 100:
        break
else:
    print("done", n)
# %%
def many(a, *rest, scale=1, **named):
    return a, rest, scale, named
many(1, 2, 3, scale=4, other=5)
# %%
args = (1, 2)
kw = {"scale": 3}
print(many(*args, **kw))
1 < 2 < 3, 1 < 3 < 2, 1 == 1 != 2
# %%
f = lambda x, k=2: x ** k
f(3), f(3, 3), (lambda: 7)()
# %%
def factorial(n):
    return 1 if n <= 1 else n * factorial(n - 1)
factorial(10)
# %%
name, value = "w", 3.14159
print(f"{name=} {value=:.2f} {name!r:>6} {value:{8}.{3}f} {'a' if value > 3 else 'b'}", flush=True)
# %%
"%s is %5.2f or %d%%" % (name, value, 7)
# %%
"{0} {1:.3f} {0!r} {key}".format(name, value, key=[1, 2])
# %%
xs = [3, 1, 2]
xs.sort(); xs.append(10); xs.extend([4, 5]); xs.insert(0, 9)
xs, xs[-1], xs[::2], xs[::-1], xs.index(10), xs.count(9), xs.pop(), sorted(xs, reverse=True)
# %%
d = {"a": 1, "b": 2}
d["c"] = 3
for k, v in d.items():
    print(k, v)
d.get("z", 0), list(d), "a" in d, len(d), d.pop("a"), d, d.setdefault("q", [])
# %%
d.keys(), d.values(), d.items()
# %%
s = "Hello, World"
s.upper(), s.split(","), s.replace("l", "L"), s[::-1], s.lower().count("o"), "-".join(["a", "b"]), s.startswith("He"), s * 2
# %%
squares = [i * i for i in range(5) if i % 2 == 0]
pairs = {i: j for i, j in zip("abc", range(3))}
squares, pairs, sum(i for i in range(4)), {1, 2, 2}, set([3, 3]), any([0, 1]), all([])
# %%
a, (b, c), *d = 1, (2, 3), 4, 5
a, b, c, d
# %%
x = y = []
x.append(1)
y, x is y, x == [1], not x, None is None, 7 // 2, -7 // 2, -7 % 3, 2 ** -1, 7 / 2, divmod(7, 2)
# %%
1 / 0
# %%
undefined_name
# %%
[1, 2][5]
# %%
{"a": 1}["b"]
# %%
int("abc")
# %%
"a" + 1
# %%
try:
    1 / 0
except ZeroDivisionError as e:
    print("caught", e, type(e).__name__)
finally:
    print("finally")
# %%
def check(v):
    assert v > 0, "must be positive"
    return v
check(-1)
# %%
raise ValueError("bad value")
# %%
many()
# %%
check(1, 2)
# %%
min(3, 1), max([1, 5, 2]), abs(-3), round(2.567, 1), round(2.5), int(3.9), float("1e3"), bool(0), str(12), list("ab"), tuple([1]), isinstance(1, int)
# %%
for i, (p, q) in enumerate(zip([1, 2], [3, 4]), start=1):
    print(i, p, q)
print(*[1, 2, 3], sep=", ")
print()
# %%
x = 10
if x > 5 and not x == 7:
    print("big")
elif x:
    print("small")
else:
    pass
x if x else 0
# %%
del x
x
# %%
"long " * 30
# %%
list(range(40))
# %%
{"weights": [0.1] * 12, "biases": (1, 2, 3), "name": "a network with a long name"}
# %%
None
# %%
...
