# Makes delong.json from scores.csv by pROC, DeLong's variances, covariance and tests:
#   Rscript delong.R
# Debian packages r-base-core and r-cran-proc (GPL-3) made the figures; nothing of theirs is here.
library(pROC)
given <- read.csv("scores.csv")
area <- function(rows, name) {
  roc(given$truth[rows], given[[name]][rows], levels = c(0, 1), direction = "<", quiet = TRUE)
}
number <- function(x) sprintf("%.15g", as.numeric(x))
object <- function(...) {
  parts <- list(...)
  paste0("{", paste0('"', names(parts), '": ', unlist(parts), collapse = ", "), "}")
}
case <- function(rows) {
  a <- area(rows, "a")
  b <- area(rows, "b")
  paired <- roc.test(a, b, method = "delong", paired = TRUE)
  of <- function(r) {
    limits <- ci.auc(r, method = "delong")
    object(area = number(auc(r)), variance = number(var(r, method = "delong")),
           low = number(limits[1]), high = number(limits[3]))
  }
  object(rows = length(rows), a = of(a), b = of(b),
         covariance = number(cov(a, b, method = "delong")),
         z = number(paired$statistic), p_value = number(paired$p.value))
}
first <- seq_len(60)
unpaired <- roc.test(area(first, "a"), area(61:120, "b"), method = "delong", paired = FALSE)
versions <- object(R = sprintf('"%s.%s"', R.version$major, R.version$minor),
                   pROC = sprintf('"%s"', packageVersion("pROC")))
writeLines(c("{",
  paste0('"versions": ', versions, ","),
  paste0('"all": ', case(seq_len(120)), ","),
  paste0('"first half": ', case(first), ","),
  paste0('"unpaired": ', object(t = number(unpaired$statistic), df = number(unpaired$parameter),
                                p_value = number(unpaired$p.value))),
  "}"), "delong.json")
