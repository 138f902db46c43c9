;; Wants something of an unknown host.
(component
  (import "acme:secrets/vault@1.0.0" (instance)))
