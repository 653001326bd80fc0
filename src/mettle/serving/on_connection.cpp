#include "mettle/serving/on_connection.hpp"

#include <boost/asio/post.hpp>

namespace mettle {

RepositoryKeeper::Done on_connection(
    app::Context& context, std::function<void(http::Exchange&, const Result<void>&)> answer) {
    return
        [held = context.exchange.hold(), answer = std::move(answer)](Result<void> outcome) mutable {
            auto& io = held->io();
            boost::asio::post(io, [held = std::move(held), answer = std::move(answer),
                                   outcome = std::move(outcome)] { answer(*held, outcome); });
        };
}

}  // namespace mettle
