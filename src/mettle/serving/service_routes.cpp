#include "mettle/serving/service_routes.hpp"

#include "mettle/base/version.hpp"
#include "mettle/metrics/exposition.hpp"

#include <functional>

namespace mettle {

namespace {

using Models = std::vector<std::shared_ptr<ServedModel>>;

void add_counts(Exposition& out, const Models& models) {
    out.family("mettle_requests_total", "counter", "Inference requests answered, by outcome.");
    for (const auto& model : models) {
        const ModelStats& stats = model->stats();
        const auto sample = [&](std::string_view status, std::string_view reason,
                                const Counter& counter) {
            out.sample({{"model", model->name()},
                        {"version", model->version()},
                        {"status", status},
                        {"reason", reason}},
                       static_cast<double>(counter.value()));
        };
        sample("success", "", stats.success.count);
        sample("failure", "invalid_request", stats.failed_invalid);
        sample("failure", "internal", stats.failed_internal);
        sample("failure", "cancelled", stats.failed_cancelled);
        sample("refused", "queue_full", stats.refused_queue_full);
        sample("refused", "client_limit", stats.refused_client_limit);
        sample("refused", "too_late", stats.refused_too_late);
        sample("refused", "overloaded", stats.refused_overloaded);
        sample("failure", "deadline", stats.expired);
        sample("failure", "deadline_running", stats.expired_running);
    }
}

using Read = std::function<double(const ServedModel&)>;

void add_values(Exposition& out, const Models& models, std::string_view name, std::string_view type,
                std::string_view help, const Read& read) {
    out.family(name, type, help);
    for (const auto& model : models)
        out.sample({{"model", model->name()}, {"version", model->version()}}, read(*model));
}

// Work that nobody waited for any more, and answers that came too late.
void add_waste(Exposition& out, const Models& models) {
    const auto add = [&](std::string_view name, std::string_view help,
                         Counter ModelStats::* which) {
        add_values(out, models, name, "counter", help, [which](const ServedModel& model) {
            return static_cast<double>((model.stats().*which).value());
        });
    };
    add("mettle_cancelled_waiting_total",
        "Requests taken from the queue, their clients having left.",
        &ModelStats::cancelled_waiting);
    add("mettle_terminated_runs_total", "Runs ended early, since nobody waited for their answers.",
        &ModelStats::terminated_runs);
    add("mettle_wasted_rows_total", "Rows run whose client had left or whose deadline had passed.",
        &ModelStats::wasted_rows);
    add("mettle_deadline_missed_total", "Requests answered after their deadline.",
        &ModelStats::deadline_missed);
}

// Cumulative, as Prometheus wants it; the bounds are powers of two.
void add_batch_sizes(Exposition& out, const Models& models) {
    constexpr std::array<std::string_view, 10> kBounds = {"1",  "2",  "4",   "8",   "16",
                                                          "32", "64", "128", "256", "512"};
    out.family("mettle_runs_by_rows_total", "counter",
               "Runs of a model with at most so many rows; the last has the larger ones, too.");
    for (const auto& model : models) {
        const auto sizes = model->stats().batch_sizes.read();
        std::uint64_t runs = 0;
        std::size_t at = 0;
        for (std::size_t bound = 0; bound < kBounds.size(); ++bound) {
            for (; at < sizes.size() && sizes[at].rows <= std::int64_t{1} << bound; ++at)
                runs += sizes[at].runs;
            out.sample({{"model", model->name()},
                        {"version", model->version()},
                        {"up_to", kBounds[bound]}},
                       static_cast<double>(runs));
        }
    }
}

using Times = DurationHistogram ModelStats::*;

void add_times(Exposition& out, const Models& models, std::string_view name, std::string_view help,
               Times times) {
    out.family(name, "histogram", help);
    for (const auto& model : models)
        out.histogram({{"model", model->name()}, {"version", model->version()}},
                      model->stats().*times);
}

void add_repository(Exposition& out, const RepositoryStats& stats) {
    out.family("mettle_model_loads_total", "counter", "Versions of models loaded, by outcome.");
    out.sample({{"outcome", "loaded"}}, static_cast<double>(stats.loaded.value()));
    out.sample({{"outcome", "failed"}}, static_cast<double>(stats.failed.value()));
    out.family("mettle_model_swaps_total", "counter",
               "Versions that took the place of another while the model was served.");
    out.sample({}, static_cast<double>(stats.swapped.value()));
    out.family("mettle_model_evictions_total", "counter",
               "Models that made room within the memory budget.");
    out.sample({}, static_cast<double>(stats.evicted.value()));
    out.family("mettle_models_draining", "gauge",
               "Versions that are served no more and still used by requests.");
    out.sample({}, static_cast<double>(stats.draining.load()));
    out.family("mettle_last_load_seconds", "gauge", "What the last load took, warm-up included.");
    out.sample({}, static_cast<double>(stats.last_load_ms.load()) / 1e3);
    if (const std::uint64_t budget = stats.budget_bytes.load(); budget > 0) {
        out.family("mettle_memory_budget_bytes", "gauge", "What all models may take together.");
        out.sample({}, static_cast<double>(budget));
    }
}

void add_http(Exposition& out, const HttpStats& http) {
    out.family("mettle_http_responses_total", "counter", "HTTP responses, by class of status.");
    constexpr std::array<std::string_view, 6> kClasses = {"", "1xx", "2xx", "3xx", "4xx", "5xx"};
    for (std::size_t index = 2; index < kClasses.size(); ++index)
        out.sample({{"class", kClasses[index]}}, static_cast<double>(http.by_class[index].value()));
    out.family("mettle_http_refused_total", "counter",
               "Connections whose bytes were not an acceptable HTTP request.");
    out.sample({}, static_cast<double>(http.refused.value()));
}

}  // namespace

void HttpStats::count(int status) {
    const auto index = static_cast<std::size_t>(status / 100);
    if (index < by_class.size()) by_class[index].add();
}

std::string metrics_text(const ModelRepository& repository, const Readiness& readiness,
                         const HttpStats& http, Exposition::Format format) {
    const Models models = repository.all();
    Exposition out(format);
    out.family("mettle_build_info", "gauge", "The running build.");
    out.sample({{"version", version()}, {"git", git_commit()}}, 1);
    out.family("mettle_ready", "gauge", "1 while the server wants traffic.");
    out.sample({}, readiness.ready ? 1 : 0);
    out.family("mettle_model_info", "gauge",
               "What computes a model: execution providers in order.");
    for (const auto& model : models)
        out.sample({{"model", model->name()},
                    {"version", model->version()},
                    {"execution_providers", model->model().devices()}},
                   1);
    add_counts(out, models);
    add_values(
        out, models, "mettle_rows_total", "counter", "Rows that a model has answered.",
        [](const ServedModel& model) { return static_cast<double>(model.stats().rows.value()); });
    add_values(out, models, "mettle_runs_total", "counter", "Runs of a model.",
               [](const ServedModel& model) {
                   return static_cast<double>(model.stats().executions.value());
               });
    add_values(out, models, "mettle_queue_depth", "gauge", "Requests that wait for a worker.",
               [](const ServedModel& model) { return static_cast<double>(model.queued()); });
    add_values(out, models, "mettle_in_flight", "gauge", "Requests that wait or run.",
               [](const ServedModel& model) {
                   return static_cast<double>(model.stats().in_flight.load());
               });
    add_waste(out, models);
    add_values(out, models, "mettle_headroom_ratio", "gauge",
               "Share of the model's capacity that nobody asks for; negative in an overload.",
               [](const ServedModel& model) { return model.headroom(); });
    add_batch_sizes(out, models);
    add_times(out, models, "mettle_batch_wait_duration_seconds",
              "From a request's choice for a batch to the start of its run.",
              &ModelStats::batch_time);
    add_values(out, models, "mettle_model_memory_bytes", "gauge",
               "What a version takes: the larger of its files and what the heap grew by.",
               [](const ServedModel& model) {
                   return static_cast<double>(model.stats().memory_bytes.load());
               });
    add_values(out, models, "mettle_model_slab_bytes", "gauge",
               "Memory for inputs and outputs that a version keeps for its next requests.",
               [](const ServedModel& model) { return static_cast<double>(model.slab_bytes()); });
    out.family("mettle_request_duration_seconds", "histogram",
               "From the whole request to its encoded answer.");
    for (const auto& model : models)
        out.histogram({{"model", model->name()}, {"version", model->version()}},
                      model->stats().request_time, model->stats().request_exemplars);
    add_times(out, models, "mettle_queue_duration_seconds",
              "From the parsed request to the start of its run.", &ModelStats::queue_time);
    add_times(out, models, "mettle_infer_duration_seconds", "The run of the model.",
              &ModelStats::infer_time);
    add_times(out, models, "mettle_write_duration_seconds", "The encoding of an answer.",
              &ModelStats::write_time);
    add_repository(out, repository.stats());
    add_http(out, http);
    out.end();
    return out.text();
}

void add_health_routes(app::App& app, const Readiness& readiness) {
    app.get("/health/live", [](app::Context& context) { answer(context, R"({"live":true})"); });
    app.get("/health/ready", [&readiness](app::Context& context) {
        const bool ready = readiness.ready;
        answer(context, ready ? R"({"ready":true})" : R"({"ready":false})", ready ? 200 : 503);
    });
}

void add_metrics_route(app::App& app, const ModelRepository& repository, const Readiness& readiness,
                       const HttpStats& http) {
    app.get("/metrics", [&](app::Context& context) {
        const bool open_metrics = context.request().header("accept").find(
                                      "application/openmetrics-text") != std::string_view::npos;
        context.response().content_type =
            open_metrics ? Exposition::kOpenMetricsType : Exposition::kContentType;
        answer(context, metrics_text(repository, readiness, http,
                                     open_metrics ? Exposition::Format::open_metrics
                                                  : Exposition::Format::text));
    });
}

void add_debug_routes(app::App& app, const FlightRecorder& recorder) {
    app.get("/debug/slow", [&recorder](app::Context& context) {
        const auto slowest = recorder.slowest(std::chrono::steady_clock::now());
        answer(context, to_json(slowest, recorder.window()));
    });
}

}  // namespace mettle
