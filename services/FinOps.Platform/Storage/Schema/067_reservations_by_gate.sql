-- A gate that wakes reads its own reservations. By their time alone a planner whose statistics lag behind reads those of all gates: after a
-- restart a thousand gates that woke at once took more than the two seconds that a gateway waits.
drop index finops.reservation_due;
create index reservation_of_gate on finops.reservation (budget_id, due_at);
