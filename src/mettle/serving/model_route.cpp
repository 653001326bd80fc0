#include "mettle/serving/model_route.hpp"

#include "mettle/serving/flight_recorder.hpp"
#include "mettle/serving/server_timing.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <span>
#include <vector>

namespace mettle {

namespace net = boost::asio;

namespace {

TimePoint now() {
    return std::chrono::steady_clock::now();
}

constexpr int kRetryAfterMs = 100;

void count(const HttpCall& call, const Result<void>& outcome, TimePoint written,
           std::string_view request_id) {
    ModelStats& stats = call.model->stats();
    const std::int64_t total_ns = (written - call.received).count();
    stats.request_time.record(total_ns);
    stats.request_exemplars.offer(stats.request_time.bucket_of(total_ns), total_ns, request_id,
                                  written);
    if (!outcome) {
        stats.fail.add(total_ns);
        const auto kind = outcome.error().kind;
        if (kind == Error::Kind::unavailable) return;  // Counted where it was refused.
        const bool own_fault = kind == Error::Kind::internal;
        (own_fault                        ? stats.failed_internal
         : kind == Error::Kind::cancelled ? stats.failed_cancelled
                                          : stats.failed_invalid)
            .add();
        return;
    }
    stats.success.add(total_ns);
    stats.parse.add((call.parsed - call.received).count());
    stats.queue.add((call.started - call.parsed).count());
    stats.infer.add((call.finished - call.started).count());
    stats.write.add((written - call.finished).count());
    stats.queue_time.record((call.started - call.parsed).count());
    stats.infer_time.record((call.finished - call.started).count());
    const auto wall = std::chrono::system_clock::now().time_since_epoch();
    stats.last_inference_ms.store(
        std::chrono::duration_cast<std::chrono::milliseconds>(wall).count(),
        std::memory_order_relaxed);
}

}  // namespace

void add_retry_after(http::Response& response, int retry_after_ms) {
    if (retry_after_ms <= 0) return;
    response.add_header("Retry-After", fmt::to_string((retry_after_ms + 999) / 1000));
    response.add_header("retry-after-ms", fmt::to_string(retry_after_ms));
}

// Calls that are not in use. They hold no model: a slab is the model's own, and goes with it.
class ModelRoute::Pool {
public:
    explicit Pool(ModelRoute& route) : route_(route) {}

    HttpCall* take() {
        {
            const std::lock_guard lock(mutex_);
            if (!free_.empty()) {
                HttpCall* call = free_.back().release();
                free_.pop_back();
                return call;
            }
        }
        auto* call = new HttpCall(route_);
        call->question = route_.dialect_->make_question();
        return call;
    }

    void give_back(HttpCall* call) {
        std::unique_ptr<HttpCall> owned(call);
        owned->model->give_back(std::move(owned->slab));
        owned->model.reset();
        owned->exchange.reset();
        const std::lock_guard lock(mutex_);
        if (free_.size() < kMostKept) free_.push_back(std::move(owned));
    }

private:
    static constexpr std::size_t kMostKept = 256;
    ModelRoute& route_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<HttpCall>> free_;
};

// The short calls of one turn of the event loop: all that were readable are parsed, then run, a
// model's together, then answered. Nothing waits for more to come; but a run of sixteen rows takes
// little longer than a run of one.
class ModelRoute::Turn {
public:
    static Turn& here() {
        thread_local Turn turn;
        return turn;
    }

    void add(HttpCall& call) {
        call.model->stats().in_flight.fetch_add(1, std::memory_order_relaxed);
        calls_.push_back(&call);
        if (calls_.size() == 1) net::post(call.exchange->io(), [this] { run(); });
    }

private:
    void run() {
        running_.swap(calls_);
        const TimePoint chosen = now();
        for (InferenceCall* call : running_) call->chosen = chosen;
        for (std::span<InferenceCall*> left(running_); !left.empty();) {
            ServedModel& model = model_of(left.front());
            const auto others = std::partition(left.begin(), left.end(), [&](InferenceCall* call) {
                return &model_of(call) == &model;
            });
            run(model, {left.begin(), others});
            left = {others, left.end()};
        }
        for (InferenceCall* call : running_) {
            auto& its = static_cast<HttpCall&>(*call);
            its.route.answer(its, its.outcome);
        }
        running_.clear();
    }

    static void run(ServedModel& model, std::span<InferenceCall*> calls) {
        model.run_here(calls);
        model.stats().in_flight.fetch_sub(static_cast<std::int64_t>(calls.size()),
                                          std::memory_order_relaxed);
    }

    static ServedModel& model_of(InferenceCall* call) {
        return *static_cast<HttpCall*>(call)->model;
    }

    std::vector<InferenceCall*> calls_;
    std::vector<InferenceCall*> running_;
};

ModelRoute::ModelRoute(std::unique_ptr<Dialect> dialect, FlightRecorder* recorder)
    : dialect_(std::move(dialect)), recorder_(recorder), pool_(std::make_unique<Pool>(*this)) {}
ModelRoute::~ModelRoute() = default;

void ModelRoute::handle(http::Exchange& exchange, std::shared_ptr<ServedModel> model) {
    HttpCall* call = pool_->take();
    call->slab = model->take_slab();
    call->model = std::move(model);
    call->exchange = exchange.hold();
    call->io_thread = std::this_thread::get_id();
    call->received = exchange.request.received;
    call->rows = call->batch_rows = 1;
    call->priority = 0;
    call->deadline = TimePoint::max();
    call->client = 0;
    call->pre = call->post = {};
    call->run_id = 0;
    call->queued_before = call->model->queued();

    const auto read = dialect_->read(*call);
    call->parsed = now();
    if (read && call->model->runs_inline(*call)) return Turn::here().add(*call);
    if (read) return call->model->submit(*call);
    call->chosen = call->started = call->finished = call->parsed;
    answer(*call, read);
}

void HttpCall::on_result(Result<void> given) {
    if (std::this_thread::get_id() == io_thread) return route.answer(*this, given);
    outcome = std::move(given);
    net::post(exchange->io(), [this] { route.answer(*this, outcome); });
}

void ModelRoute::answer(HttpCall& call, const Result<void>& outcome) {
    http::Response& response = call.exchange->response;
    Result<void> encoded = outcome;
    if (encoded) encoded = dialect_->write(call, response);
    if (!encoded) {
        response.clear();
        const bool overloaded = encoded.error().kind == Error::Kind::unavailable;
        dialect_->refuse(response, encoded.error(), overloaded ? kRetryAfterMs : 0);
    }
    const TimePoint written = now();
    add_server_timing(response, call, written);
    const std::string_view request_id =
        add_request_id(response, call.exchange->request.header("x-request-id"));
    count(call, encoded, written, request_id);
    if (recorder_)
        recorder_->note(call, request_id, call.model->name(), call.model->version(),
                        call.exchange->request.path, response.status, written);
    const auto held = std::move(call.exchange);
    pool_->give_back(&call);
    held->send();
}

}  // namespace mettle
