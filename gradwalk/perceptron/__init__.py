"""What the page Perceptron stands on: settings, their programs, the chain by hand, a learner's derivation, the address.

``model`` holds settings as typed, ``reading`` gives their numbers, ``editing`` changes them, ``presets`` has the
lesson's, ``address`` carries them. ``program`` writes PyTorch code in three styles (``scalar``, ``tensor``,
``linear``), in the ``names`` of its numbers and from the tables ``activations`` and ``losses``. ``factors`` says what
the chain rule multiplies, ``by_hand`` writes that as a program, ``measured`` runs it, and ``chain`` makes a table of
it, with ``shortcut`` and ``trap`` beside it. ``derivation`` judges formulas that were ``typed``: at ``points``, and by
the ``slips`` that ``recognition`` finds, which ``mutations`` makes of the right ones.
"""
