#pragma once

#include "mettle/app/router.hpp"
#include "mettle/async/task.hpp"
#include "mettle/http/exchange.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::app {

// What a handler gets. Valid until the response has been sent; one that answers later holds
// `exchange` meanwhile.
struct Context {
    http::Exchange& exchange;
    PathParams params;

    http::Request& request() const { return exchange.request; }
    http::Response& response() const { return exchange.response; }
};

// Answers at once, with JSON unless the response's content type says otherwise.
void answer(Context& context, std::string body, int status = 200);

// A JSON error in the shape of FastAPI, `{"detail": message}`, or in another that a family of
// routes asks for.
using ErrorBody = std::function<std::string(std::string_view message)>;
using StatusErrorBody = std::function<std::string(int status, std::string_view message)>;
std::string detail_body(std::string_view message);  // FastAPI's.
std::string error_body(std::string_view message);   // Triton's and TF Serving's: {"error": message}

// Routes and what is around them. Routes are added before the server starts; then it is only read,
// by all I/O threads at once.
class App final : public http::Handler {
public:
    // Answers before it returns, or keeps `exchange.hold()` and calls `send()` later. What it
    // throws before that becomes a 500.
    using Handler = std::function<void(Context&)>;
    // A coroutine on the connection's event loop. What it throws becomes a 500.
    using CoroutineHandler = std::function<Task<void>(Context&)>;

    App() = default;

    void add(std::string_view method, std::string_view pattern, Handler handler);
    void add_coroutine(std::string_view method, std::string_view pattern, CoroutineHandler handler);
    void get(std::string_view pattern, Handler handler) { add("GET", pattern, std::move(handler)); }
    void post(std::string_view pattern, Handler handler) {
        add("POST", pattern, std::move(handler));
    }

    // `prefix` and the paths below it get their own shape of 404 and 405.
    void errors_below(std::string prefix, StatusErrorBody body);
    void errors_below(std::string prefix, ErrorBody body);

    // Called once for each request, when its response is on its way: for access logs and metrics.
    void on_response(std::function<void(const http::Exchange&)> observer) {
        observer_ = std::move(observer);
    }
    void on_refusal(std::function<void(int status)> observer) {
        refusal_observer_ = std::move(observer);
    }

    void handle(http::Exchange& exchange) override;
    void on_sent(http::Exchange& exchange) override;
    void on_refused(int status) override;

private:
    static void call(const Handler& handler, Context& context);
    void refuse(http::Exchange& exchange, int status, std::string_view message) const;

    Router router_;
    std::vector<Handler> handlers_;
    std::vector<std::pair<std::string, StatusErrorBody>> error_bodies_;
    std::function<void(const http::Exchange&)> observer_;
    std::function<void(int)> refusal_observer_;
};

}  // namespace mettle::app
