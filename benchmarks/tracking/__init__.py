"""How well tracking does by the figures of the field, and how fast, beside a plain tracker."""
