output "events_topic" {
  value       = module.pubsub.events_topic
  description = "Where events are published."
}

output "dataset" {
  value       = module.bigquery.dataset
  description = "The dataset with tables and views."
}

output "serving_table" {
  value       = module.bigtable.table
  description = "The table that page views are served from."
}

output "archive" {
  value       = module.storage.archive_folder
  description = "The folder of the archive."
}

output "templates" {
  value       = module.storage.templates_location
  description = "Where the spec file of the template goes."
}

output "worker" {
  value       = module.identity.worker
  description = "The account that launcher and workers run as."
}

output "parameters" {
  value       = local.parameters
  description = "What the job is launched with."
}

output "grant_once" {
  value       = join("\n", [for role in ["dataflow.worker", "bigquery.jobUser"] : "gcloud projects add-iam-policy-binding ${var.project} --role roles/${role} --member serviceAccount:${module.identity.worker}"])
  description = "Work is leased from the project, and queries are run in its name; neither has a smaller resource to be granted on. Whoever owns the project does this once."
}
