// Hangfire keeps its storage, its activator and its log in statics: two hosts in one process would take each other's jobs.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
