# Made from the table of options by `python -m templates.generate`; tests fail on any difference.

variable "source_name" {
  type        = string
  default     = null
  description = "Tells hosts apart whose logs begin alike; source of plain JSON. For example: web-1"
}

variable "event_type" {
  type        = string
  default     = null
  description = "The contract of plain JSON, which is not CloudEvents. For example: web.page_view.v1"
}

variable "id_field" {
  type        = string
  default     = null
  description = "Plain JSON: dotted path of the id; else message id and position. For example: meta.id"
}

variable "time_field" {
  type        = string
  default     = null
  description = "Plain JSON: dotted path of the RFC 3339 time; else publish time. For example: meta.time"
}

variable "rename" {
  type        = string
  default     = null
  description = "Plain JSON: a field, and its name in the contract; commas separate. For example: page=url"

  validation {
    condition     = var.rename == null || can(regex("^[^=]+=.+$", var.rename))
    error_message = "Plain JSON: a field, and its name in the contract; commas separate. For example: page=url"
  }
}

variable "mapping" {
  type        = string
  default     = null
  description = "YAML with event_type, id_field, time_field, source and rename for plain JSON; the command line wins. For example: gs://my-shop-config/mapping.yaml"

  validation {
    condition     = var.mapping == null || can(regex("^gs:\\/\\/[^\\n\\r]+$", var.mapping))
    error_message = "YAML with event_type, id_field, time_field, source and rename for plain JSON; the command line wins. For example: gs://my-shop-config/mapping.yaml"
  }
}

variable "contracts" {
  type        = string
  default     = null
  description = "More contracts: a JSON Schema a file (TYPE.json); gs:// too. For example: gs://my-shop-config/contracts"

  validation {
    condition     = var.contracts == null || can(regex("^gs:\\/\\/[^\\n\\r]+$", var.contracts))
    error_message = "More contracts: a JSON Schema a file (TYPE.json); gs:// too. For example: gs://my-shop-config/contracts"
  }
}

variable "id_attribute" {
  type        = string
  default     = null
  description = "Dataflow: attribute by which Pub/Sub's source drops repeats; results need none. For example: event_id"
}

variable "timestamp_attribute" {
  type        = string
  default     = null
  description = "Dataflow: attribute with the time that the watermark follows; else the publish time. For example: event_time"
}

variable "window_duration" {
  type        = string
  default     = null
  description = "Width of the windows that views are counted in; divides a day. For example: 5m Default: 60s."

  validation {
    condition     = var.window_duration == null || can(regex("^[0-9]{1,12}(ms|s|m|h|d)$", var.window_duration))
    error_message = "Width of the windows that views are counted in; divides a day. For example: 5m"
  }
}

variable "keep_query" {
  type        = string
  default     = null
  description = "URLs that differ only in their query (?a=b) are different URLs. For example: true Default: false."

  validation {
    condition     = var.keep_query == null || can(regex("^(true|false)$", var.keep_query))
    error_message = "URLs that differ only in their query (?a=b) are different URLs. For example: true"
  }
}

variable "fraud_rules" {
  type        = string
  default     = null
  description = "YAML with fraud rules; else the bundled ones. For example: gs://my-shop-config/mine.yaml"

  validation {
    condition     = var.fraud_rules == null || can(regex("^gs:\\/\\/[^\\n\\r]+$", var.fraud_rules))
    error_message = "YAML with fraud rules; else the bundled ones. For example: gs://my-shop-config/mine.yaml"
  }
}

variable "fraud_from" {
  type        = string
  default     = null
  description = "Rules on what is new (kind chain) are silent before this time. For example: 2026-09-17T00:00:00Z"

  validation {
    condition     = var.fraud_from == null || can(regex("^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]+([Zz]|[+-][0-9]{2}:[0-9]{2})$", var.fraud_from))
    error_message = "Rules on what is new (kind chain) are silent before this time. For example: 2026-09-17T00:00:00Z"
  }
}

variable "pii_key_file" {
  type        = string
  default     = null
  description = "A secret of 16 bytes or more: alerts name people by keyed hashes. For example: gs://my-shop-config/pii.key"

  validation {
    condition     = var.pii_key_file == null || can(regex("^gs:\\/\\/[^\\n\\r]+$", var.pii_key_file))
    error_message = "A secret of 16 bytes or more: alerts name people by keyed hashes. For example: gs://my-shop-config/pii.key"
  }
}

variable "allowed_lateness" {
  type        = string
  default     = null
  description = "Older than its publish time less this is too_late: refused. For example: 2h Default: 1h."

  validation {
    condition     = var.allowed_lateness == null || can(regex("^[0-9]{1,12}(ms|s|m|h|d)$", var.allowed_lateness))
    error_message = "Older than its publish time less this is too_late: refused. For example: 2h"
  }
}

variable "max_clock_skew" {
  type        = string
  default     = null
  description = "Later than its publish time plus this is in_future: refused. For example: 10m Default: 5m."

  validation {
    condition     = var.max_clock_skew == null || can(regex("^[0-9]{1,12}(ms|s|m|h|d)$", var.max_clock_skew))
    error_message = "Later than its publish time plus this is in_future: refused. For example: 10m"
  }
}

variable "max_message_bytes" {
  type        = string
  default     = null
  description = "A larger message or line is refused as too_large. For example: 20MiB Default: 10MiB."

  validation {
    condition     = var.max_message_bytes == null || can(regex("^[0-9]{1,15} ?(([kKmMgG][iI]?)?[bB])?$", var.max_message_bytes))
    error_message = "A larger message or line is refused as too_large. For example: 20MiB"
  }
}

variable "max_decompressed_bytes" {
  type        = string
  default     = null
  description = "A message that decompresses to more is refused. For example: 200MiB Default: 100MiB."

  validation {
    condition     = var.max_decompressed_bytes == null || can(regex("^[0-9]{1,15} ?(([kKmMgG][iI]?)?[bB])?$", var.max_decompressed_bytes))
    error_message = "A message that decompresses to more is refused. For example: 200MiB"
  }
}

variable "max_nesting" {
  type        = string
  default     = null
  description = "JSON nested deeper is refused as too_deep. For example: 100 Default: 64."

  validation {
    condition     = var.max_nesting == null || can(regex("^[0-9]{1,15}$", var.max_nesting))
    error_message = "JSON nested deeper is refused as too_deep. For example: 100"
  }
}

variable "max_events_per_message" {
  type        = string
  default     = null
  description = "A message with more events is refused. For example: 200000 Default: 100000."

  validation {
    condition     = var.max_events_per_message == null || can(regex("^[0-9]{1,15}$", var.max_events_per_message))
    error_message = "A message with more events is refused. For example: 200000"
  }
}

variable "keep_opaque_payloads" {
  type        = string
  default     = null
  description = "Dead letters keep all bytes that could not be opened (card numbers in them stay), not only size and hash. For example: true Default: false."

  validation {
    condition     = var.keep_opaque_payloads == null || can(regex("^(true|false)$", var.keep_opaque_payloads))
    error_message = "Dead letters keep all bytes that could not be opened (card numbers in them stay), not only size and hash. For example: true"
  }
}

variable "url_shards" {
  type        = string
  default     = null
  description = "Parts that the URLs are spread over while they are counted. For example: 128 Default: 32."

  validation {
    condition     = var.url_shards == null || can(regex("^[0-9]{1,15}$", var.url_shards))
    error_message = "Parts that the URLs are spread over while they are counted. For example: 128"
  }
}

locals {
  given = {
    inputSubscription    = module.pubsub.events_subscription
    outputDataset        = module.bigquery.dataset
    outputBigtable       = module.bigtable.table
    outputDirectory      = module.storage.archive_folder
    alertsTopic          = module.pubsub.alerts_topic
    deadLetterTopic      = module.pubsub.dead_letters_topic
    source               = var.source_name
    eventType            = var.event_type
    idField              = var.id_field
    timeField            = var.time_field
    rename               = var.rename
    mapping              = var.mapping
    contracts            = var.contracts
    idAttribute          = var.id_attribute
    timestampAttribute   = var.timestamp_attribute
    windowDuration       = var.window_duration
    keepQuery            = var.keep_query
    fraudRules           = var.fraud_rules
    fraudFrom            = var.fraud_from
    piiKeyFile           = var.pii_key_file
    allowedLateness      = var.allowed_lateness
    maxClockSkew         = var.max_clock_skew
    maxMessageBytes      = var.max_message_bytes
    maxDecompressedBytes = var.max_decompressed_bytes
    maxNesting           = var.max_nesting
    maxEventsPerMessage  = var.max_events_per_message
    keepOpaquePayloads   = var.keep_opaque_payloads
    urlShards            = var.url_shards
  }
}
