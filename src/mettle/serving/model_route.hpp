#pragma once

// The door to the models that all HTTP protocols share: a request becomes a call of a model, and
// what comes back becomes the answer. What is the protocol's own stands in a Dialect.

#include "mettle/http/exchange.hpp"
#include "mettle/inference/served_model.hpp"

#include <memory>
#include <thread>

namespace mettle {

// What a protocol keeps of one request beside its tensors. Used again for later ones.
struct Question {
    virtual ~Question() = default;
};

class ModelRoute;
class FlightRecorder;

// One request on its way through a model. Answered on the connection's thread.
struct HttpCall final : InferenceCall, http::HangUpListener {
    explicit HttpCall(ModelRoute& its_route) : route(its_route) {}

    void on_result(Result<void> given) override;
    void on_hang_up() override {
        const auto held = model;  // The answer ends the call's own hold.
        held->cancel(*this);
    }

    ModelRoute& route;
    std::shared_ptr<ServedModel> model;
    std::shared_ptr<http::Exchange> exchange;
    std::unique_ptr<Question> question;
    std::string decoded;  // The body, where it came with a Content-Encoding: then the request's.
    std::thread::id io_thread;
};

// How a protocol says what it wants of a model, and how it is told. Called by all I/O threads at
// once.
class Dialect {
public:
    virtual ~Dialect() = default;

    virtual std::unique_ptr<Question> make_question() const = 0;
    // Reads `call.exchange->request` into the slab's inputs and the call's rows, priority and
    // deadline. What is borrowed of the request's bytes stays until the answer. Fails with
    // `invalid_input` and a sentence for the client.
    virtual Result<void> read(HttpCall& call) const = 0;
    // Writes the answer from the slab's outputs, status and content type included.
    virtual Result<void> write(HttpCall& call, http::Response& response) const = 0;
    // An error in the protocol's form and with its status. `retry_after_ms`, when positive, is to
    // be said in both headers: add_retry_after().
    virtual void refuse(http::Response& response, const Error& error, int retry_after_ms) const = 0;
    // The same of a call, for protocols whose read() keeps more of what was wrong in the question
    // than a sentence holds.
    virtual void refuse_call(HttpCall& call, const Error& error) const;
};

// Retry-After in whole seconds, and retry-after-ms beside it. Nothing for 0.
void add_retry_after(http::Response& response, int retry_after_ms);

struct RouteOptions {
    FlightRecorder* recorder = nullptr;  // Outlives the routes.
    // Of a body that came with a Content-Encoding, once it is decoded; more is 413.
    std::size_t most_decoded_bytes = std::size_t{64} << 20;
};

class ModelRoute {
public:
    explicit ModelRoute(std::unique_ptr<Dialect> dialect, const RouteOptions& options = {});
    ~ModelRoute();

    // Answers `exchange`, now or later.
    void handle(http::Exchange& exchange, std::shared_ptr<ServedModel> model);

private:
    friend struct HttpCall;
    class Pool;
    class Turn;
    class Answers;

    Result<void> decode_body(HttpCall& call) const;
    Result<void> let_in_and_read(HttpCall& call) const;
    void answer(HttpCall& call, const Result<void>& outcome);

    std::unique_ptr<Dialect> dialect_;
    RouteOptions options_;
    std::unique_ptr<Pool> pool_;
};

}  // namespace mettle
