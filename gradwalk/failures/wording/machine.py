"""What a machine has not, or does not allow, and what would work."""

from __future__ import annotations

MACHINE = {
    "no-file": (
        "There is no file {name}",
        "Nothing of that name lies where the program looks for it. A path that does not begin with / counts from the "
        "folder in which the program runs.",
        "Check the path: os.getcwd() says which folder that is.",
    ),
    "no-file-locked": (
        "There is no file {name} here",
        "This program runs locked in: it sees no files of yours, and can download or unpack none.",
        "Write the data into the program, or make some, such as torch.randn(100, 3).\n"
        "With your files it runs on your own machine: gradwalk run FILE.",
    ),
    "not-permitted-locked": (
        "The system does not allow this here",
        "This program runs locked in: it reads no files of yours, writes none, and starts no other program.",
        "Do without it here, and keep in a variable what you want to have later, such as model.state_dict().\n"
        "On your own machine it may: gradwalk run FILE.",
    ),
    "no-network-locked": (
        "There is no network here",
        "This program runs locked in: it reaches no other machine, so nothing can be downloaded.",
        "Write the data into the program, or make some, such as torch.randn(100, 3).\n"
        "On your own machine it may: gradwalk run FILE.",
    ),
    "interrupted": (
        "The program was stopped",
        "Somebody stopped it while it was at this line. What it had done and shown until then is there.",
        "A loop ends when its condition is False, or at break; fewer turns, as in range(100), end by themselves.",
    ),
    "no-memory": (
        "There is no more memory",
        "What this line makes does not fit into the memory that is left for the program. A result that requires a "
        "gradient keeps all that was computed for it, so a loop that goes on from the last result keeps every turn.",
        "Take smaller tensors or fewer turns. Where no gradient is wanted, with torch.no_grad(): keeps nothing; and "
        "x = x.detach() lets go of what was before.",
    ),
    "no-keyboard": (
        "Nobody can type here",
        "input() waits for somebody at a keyboard, and a program that is recorded has none.",
        "Write the value down: name = 'Ada'.",
    ),
}
