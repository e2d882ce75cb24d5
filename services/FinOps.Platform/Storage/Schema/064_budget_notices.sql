-- A share of fleets is not known where none of them cost anything.
alter table finops.budget_period alter column spend drop not null;
