"""`python -m workers.compiling`: compiles every search, or finds that it is compiled, so that no plan waits for it."""

from __future__ import annotations

from logistics.routing.engine.warming import warm

if __name__ == "__main__":
    print(f"searches ready in {warm():.1f} s")
