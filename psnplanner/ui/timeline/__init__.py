"""The phases in time: a Gantt chart whose bars can be dragged, and what that would break."""
