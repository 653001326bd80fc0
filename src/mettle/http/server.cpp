#include "mettle/http/server.hpp"

#include "mettle/base/exit_code.hpp"
#include "mettle/base/log.hpp"
#include "mettle/http/connection.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/chrono.h>
#include <sys/socket.h>

#include <deque>
#include <future>
#include <thread>

namespace mettle::http {

namespace net = boost::asio;
using boost::system::error_code;
using tcp = net::ip::tcp;
using Stream = net::generic::stream_protocol;

namespace {

constexpr Duration kTick = std::chrono::milliseconds(500);
constexpr Duration kPauseWithoutDescriptors = std::chrono::milliseconds(50);

using ReusePort = net::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

[[noreturn]] void refuse_address(const Server::Options& options, const error_code& error) {
    if (error == net::error::address_in_use) {
        throw StartupError(fmt::format(
            "port {} on {} is taken; choose another with --port, or --port 0 for any free one",
            options.port, options.host));
    }
    throw StartupError(
        fmt::format("can't listen on {} port {}: {}", options.host, options.port, error.message()));
}

tcp::endpoint resolve(const Server::Options& options) {
    error_code error;
    const std::string host = options.host == "localhost" ? "127.0.0.1" : options.host;
    const auto address = net::ip::make_address(host, error);
    if (error)
        throw StartupError(
            fmt::format("'{}' is not an IP address of this machine: use 127.0.0.1, 0.0.0.0 or ::",
                        options.host));
    return {address, options.port};
}

// SO_REUSEPORT lets a second server take the same port silently, so an ordinary bind goes first. It
// also finds the port when any will do.
tcp::endpoint probe(const Server::Options& options) {
    net::io_context io;
    const tcp::endpoint wanted = resolve(options);
    error_code error;
    tcp::acceptor acceptor(io);
    acceptor.open(wanted.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(wanted, error);
    if (!error) acceptor.listen(1, error);
    if (error) refuse_address(options, error);
    return acceptor.local_endpoint();
}

std::string date_line() {
    return fmt::format("Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n", fmt::gmtime(std::time(nullptr)));
}

}  // namespace

class Server::IoThread {
    using Acceptor = net::basic_socket_acceptor<Stream, net::io_context::executor_type>;

public:
    explicit IoThread(Server& server)
        : server_(server),
          context_{server.handler_,  server.options_.limits,           io_,
                   server.draining_, std::chrono::steady_clock::now(), date_line()} {}

    void listen_on(const tcp::endpoint& endpoint) {
        Acceptor& acceptor = acceptors_.emplace_back(io_);
        acceptor.open(endpoint.protocol());
        acceptor.set_option(tcp::acceptor::reuse_address(true));
        acceptor.set_option(ReusePort(true));
        error_code error;
        acceptor.bind(endpoint, error);
        if (!error) acceptor.listen(net::socket_base::max_listen_connections, error);
        if (error) refuse_address(server_.options_, error);
        acceptor.non_blocking(true);
    }

    // Each thread accepts by a descriptor of its own.
    void listen_on(const UnixListener& listener) {
        Acceptor& acceptor = acceptors_.emplace_back(io_);
        acceptor.assign(Stream(AF_UNIX, 0), listener.duplicate());
        acceptor.non_blocking(true);
    }

    void start() {
        thread_ = std::thread([this] {
            for (Acceptor& acceptor : acceptors_) accept(acceptor);
            tick();
            io_.run();
        });
    }

    // Ready when those that had connected are counted as open, and no more come.
    std::future<void> stop_accepting() {
        auto stopped = std::make_shared<std::promise<void>>();
        net::post(io_, [this, stopped] {
            for (Acceptor& acceptor : acceptors_) {
                accept_what_is_queued(acceptor);
                error_code ignored;
                acceptor.close(ignored);
            }
            for_each_connection([](Connection& connection) { connection.drain(); });
            stopped->set_value();
        });
        return stopped->get_future();
    }

    std::size_t cut_off() {
        std::promise<std::size_t> count;
        net::post(io_, [this, &count] {
            std::size_t open = 0;
            for_each_connection([&open](Connection& connection) { ++open, connection.abort(); });
            count.set_value(open);
        });
        return count.get_future().get();
    }

    void join() {
        if (!thread_.joinable()) return;
        io_.stop();
        thread_.join();
        ended_ = true;
    }

private:
    void accept(Acceptor& acceptor) {
        acceptor.async_accept(
            io_, [this, &acceptor](const error_code& error, Connection::Socket socket) {
                if (!acceptor.is_open()) return;
                if (!error) adopt(std::move(socket));
                if (error == net::error::no_descriptors) return accept_after_a_pause(acceptor);
                accept(acceptor);
            });
    }

    void accept_after_a_pause(Acceptor& acceptor) {
        log::warning("out of file descriptors: new connections wait");
        auto pause = std::make_shared<net::steady_timer>(io_, kPauseWithoutDescriptors);
        pause->async_wait([this, &acceptor, pause](const error_code& error) {
            if (!error && acceptor.is_open()) accept(acceptor);
        });
    }

    void accept_what_is_queued(Acceptor& acceptor) {
        for (;;) {
            error_code error;
            Connection::Socket socket(io_);
            acceptor.accept(socket, error);
            if (error) return;
            adopt(std::move(socket));
        }
    }

    void adopt(Connection::Socket socket) {
        const bool full = server_.open_.fetch_add(1) >= server_.options_.limits.max_connections;
        const std::shared_ptr<Connection> connection(new Connection(std::move(socket), context_),
                                                     [this](Connection* gone) { end(gone); });
        connections_.push_back(connection);
        full ? connection->refuse_for_overload() : connection->start();
    }

    // Whoever held the exchange may let go of it on another thread; what the connection touches is
    // this one's.
    void end(Connection* gone) {
        std::unique_ptr<Connection> owned(gone);
        --server_.open_;
        if (ended_ || io_.get_executor().running_in_this_thread()) return;
        net::post(io_, [owned = std::move(owned)] {});
    }

    // Looks for what is overdue, on all connections at once: a timer for each request would cost
    // more than many a model's run.
    void tick() {
        context_.coarse_now = std::chrono::steady_clock::now();
        context_.date_line = date_line();
        for_each_connection(
            [this](Connection& connection) { connection.close_if_overdue(context_.coarse_now); });
        std::erase_if(connections_, [](const auto& connection) { return connection.expired(); });
        tick_.expires_after(kTick);
        tick_.async_wait([this](const error_code& error) {
            if (!error) tick();
        });
    }

    template <typename Action>
    void for_each_connection(Action action) {
        for (std::size_t index = 0; index < connections_.size(); ++index) {
            if (const auto connection = connections_[index].lock()) action(*connection);
        }
    }

    Server& server_;
    ConnectionContext context_;
    // After `context_`: connections that end with the event loop still refer to it.
    net::io_context io_{1};
    std::deque<Acceptor> acceptors_;  // Stay where they are: operations refer to them.
    net::steady_timer tick_{io_};
    std::vector<std::weak_ptr<Connection>> connections_;
    std::atomic<bool> ended_ = false;  // The thread has: nothing that is posted would run.
    std::thread thread_;
};

Server::Server(const Options& options, Handler& handler) : options_(options), handler_(handler) {
    for (int thread = 0; thread < std::max(1, options.threads); ++thread)
        threads_.push_back(std::make_unique<IoThread>(*this));
    if (options.tcp) {
        const tcp::endpoint endpoint = probe(options);
        port_ = endpoint.port();
        for (auto& thread : threads_) thread->listen_on(endpoint);
    }
    if (!options.unix_socket.path.empty()) {
        unix_listener_.emplace(options.unix_socket);
        for (auto& thread : threads_) thread->listen_on(*unix_listener_);
    }
}

Server::~Server() {
    for (auto& thread : threads_) thread->join();
}

void Server::start() {
    for (auto& thread : threads_) thread->start();
}

void Server::announce_drain() {
    draining_ = true;
}

std::size_t Server::stop(Duration timeout) {
    draining_ = true;
    const TimePoint end = std::chrono::steady_clock::now() + timeout;
    std::vector<std::future<void>> stopped;
    unix_listener_.reset();
    for (auto& thread : threads_) stopped.push_back(thread->stop_accepting());
    for (auto& thread : stopped) thread.wait_until(end);
    while (open_ > 0 && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    std::size_t cut_off = 0;
    if (open_ > 0) {
        for (auto& thread : threads_) cut_off += thread->cut_off();
    }
    for (auto& thread : threads_) thread->join();
    return cut_off;
}

}  // namespace mettle::http
