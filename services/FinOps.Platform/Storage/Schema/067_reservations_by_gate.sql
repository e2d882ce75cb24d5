-- A gate that wakes reads its own reservations. By their time alone a planner whose statistics lag behind might read those of all gates.
drop index finops.reservation_due;
create index reservation_of_gate on finops.reservation (budget_id, due_at);
