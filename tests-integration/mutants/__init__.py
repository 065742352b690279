"""A mutation test: it changes the code of the core, and looks for tests that fail.

Each mutant is the source of a module with one change: a statement is left out, a
condition is always true, a bound is moved by one.  The tests that run the changed line
are run on it, in a process of their own, until one fails: then it is killed.

The tools for this that are well kept do not fit here:

- mutmut 3.8 runs in one folder with one `src`.  It runs the tests that call the mutated
  function by their node ids; those of the conformance tests are in another package and
  not found, and it takes that for a failure: it "kills" a mutant that changes a
  variable that nothing uses.
- cosmic-ray 8.7 works in a copy of the tree.  But it starts a Python for each mutant,
  and has 274 mutants for two modules, of which 250 exchange an arithmetic operator or
  comparison for each of the others.
- Neither leaves statements out.  In `_shield.py`, whose thirty statements are calls and
  assignments, cosmic-ray finds ten mutants, all of them conditions.

Here the process that makes the mutants has imported the frameworks; each mutant runs in
a fork of it, in one of two copies of the tree.
"""
