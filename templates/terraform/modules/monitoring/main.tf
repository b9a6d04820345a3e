# Alarms and a dashboard, on metrics that exist before the first run. Each alarm links to its section of the runbook.

terraform {
  required_providers {
    google = { source = "hashicorp/google" }
  }
}

variable "name" { type = string }
variable "labels" { type = map(string) }
variable "subscription" { type = string }
variable "notification_channels" { type = list(string) }
variable "runbook" { type = string }

locals {
  job     = "resource.type=\"dataflow_job\" AND resource.labels.job_name=\"${var.name}\""
  backlog = "resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=\"${var.subscription}\""

  # Metrics that Google's services write; in seconds.
  thresholds = {
    system-lag = {
      title  = "messages are worked on for more than 5 minutes"
      filter = "${local.job} AND metric.type=\"dataflow.googleapis.com/job/system_lag\""
      above  = 300
      lasts  = "600s"
    }
    data-freshness = {
      title  = "results are more than 10 minutes behind"
      filter = "${local.job} AND metric.type=\"dataflow.googleapis.com/job/data_watermark_age\""
      above  = 600
      lasts  = "600s"
    }
    oldest-unacknowledged-message = {
      title  = "a message has waited for more than 10 minutes"
      filter = "${local.backlog} AND metric.type=\"pubsub.googleapis.com/subscription/oldest_unacked_message_age\""
      above  = 600
      lasts  = "300s"
    }
    job-failed = {
      title  = "the job has failed"
      filter = "${local.job} AND metric.type=\"dataflow.googleapis.com/job/is_failed\""
      above  = 0
      lasts  = "0s"
    }
  }

  # Counters of the pipeline. All are one metric of Dataflow's, told apart by a label.
  counter = { for name in ["received", "rejected", "ledger_received", "ledger_counted", "ledger_duplicate", "ledger_rejected"] :
    name => "dataflow_googleapis_com:job_user_counter{monitored_resource=\"dataflow_job\",job_name=\"${var.name}\",metric_name=\"${name}\"}"
  }
  in_an_hour = { for name, counter in local.counter : name => "sum(delta(${counter}[1h]))" }
  waiting    = "pubsub_googleapis_com:subscription_num_undelivered_messages{monitored_resource=\"pubsub_subscription\",subscription_id=\"${var.subscription}\"}"

  queries = {
    reject-rate = {
      title = "more than a tenth of the events is rejected"
      query = "sum(delta(${local.counter.rejected}[15m])) / sum(delta(${local.counter.received}[15m])) > 0.1"
      lasts = "600s"
    }
    no-throughput = {
      title = "messages wait and none is read"
      query = "sum(${local.waiting}) > 0 unless on() sum(delta(${local.counter.received}[15m])) > 0"
      lasts = "900s"
    }
    ledger = {
      title = "the ledger does not add up"
      query = "abs(${local.in_an_hour.ledger_received} - ${local.in_an_hour.ledger_counted} - ${local.in_an_hour.ledger_duplicate} - ${local.in_an_hour.ledger_rejected}) > 0.02 * ${local.in_an_hour.ledger_received}"
      lasts = "1800s"
    }
  }
}

resource "google_monitoring_alert_policy" "threshold" {
  for_each = local.thresholds

  display_name          = "${var.name}: ${each.value.title}"
  combiner              = "OR"
  user_labels           = var.labels
  notification_channels = var.notification_channels

  conditions {
    display_name = each.key

    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.above
      duration        = each.value.lasts

      aggregations {
        alignment_period   = "60s"
        per_series_aligner = "ALIGN_MAX"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "What it means and what to do: ${var.runbook}#${each.key}"
  }
}

resource "google_monitoring_alert_policy" "query" {
  for_each = local.queries

  display_name          = "${var.name}: ${each.value.title}"
  combiner              = "OR"
  user_labels           = var.labels
  notification_channels = var.notification_channels

  conditions {
    display_name = each.key

    condition_prometheus_query_language {
      query               = each.value.query
      duration            = each.value.lasts
      evaluation_interval = "60s"
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "What it means and what to do: ${var.runbook}#${each.key}"
  }
}

locals {
  user_counter = "dataflow_googleapis_com:job_user_counter{monitored_resource=\"dataflow_job\",job_name=\"${var.name}\""
  charts = {
    "Events a second: received, admitted, rejected, duplicates" = "sum by (metric_name) (delta(${local.user_counter},metric_name=~\"received|admitted|rejected|ledger_duplicate\"}[5m])) / 300"
    "Rejects a minute by reason"                                = "sum by (metric_name) (delta(${local.user_counter},metric_name=~\"rejected_.*\"}[5m])) / 5"
    "Panes a minute by timing, late and after expiry"           = "sum by (metric_name) (delta(${local.user_counter},metric_name=~\"panes_.*|late|after_expiry\"}[5m])) / 5"
    "Rows a minute, and retries of homes"                       = "sum by (metric_name) (delta(${local.user_counter},metric_name=~\"rows_written|write_retries\"}[5m])) / 5"
    "Changes of fraud alerts an hour"                           = "sum(delta(${local.user_counter},metric_name=\"alert_changes\"}[1h]))"
    "Longest write to a home, in milliseconds"                  = "max by (ptransform) (${local.user_counter},metric_name=\"write_ms_MAX\"})"
    "System lag and age of the watermark, in seconds"           = "max by (__name__) ({__name__=~\"dataflow_googleapis_com:job_system_lag|dataflow_googleapis_com:job_data_watermark_age\",monitored_resource=\"dataflow_job\",job_name=\"${var.name}\"})"
    "Messages waiting, and the age of the oldest in seconds"    = "max by (__name__) ({__name__=~\"pubsub_googleapis_com:subscription_num_undelivered_messages|pubsub_googleapis_com:subscription_oldest_unacked_message_age\",monitored_resource=\"pubsub_subscription\",subscription_id=\"${var.subscription}\"})"
    "Cores in use"                                              = "max(dataflow_googleapis_com:job_current_num_vcpus{monitored_resource=\"dataflow_job\",job_name=\"${var.name}\"})"
  }
}

resource "google_monitoring_dashboard" "this" {
  dashboard_json = jsonencode({
    displayName = "Millrace (${var.name})"
    gridLayout = {
      columns = "2"
      widgets = [for title, query in local.charts : {
        title = title
        xyChart = {
          dataSets = [{ plotType = "LINE", timeSeriesQuery = { prometheusQuery = query } }]
        }
      }]
    }
  })
}
