#include "mettle/http/ring_bench_loop.hpp"

#include <sys/socket.h>

#include <liburing.h>

#include <cerrno>
#include <stdexcept>
#include <utility>

namespace mettle::http::ring_bench {

namespace {

// A ring in the cheapest mode that the kernel takes. error() is that of the plainest one, or 0.
class Ring {
public:
    explicit Ring(unsigned entries) {
        for (const unsigned flags : {unsigned{IORING_SETUP_SINGLE_ISSUER} | kDefer, kCoop, 0U}) {
            error_ = -::io_uring_queue_init(entries, &ring_, flags);
            if (error_ == 0) break;
        }
        if (error_ == 0) ::io_uring_register_ring_fd(&ring_);  // Saves a look-up where it can.
    }
    Ring(const Ring&) = delete;
    ~Ring() {
        if (error_ == 0) ::io_uring_queue_exit(&ring_);
    }
    int error() const { return error_; }
    io_uring* get() { return &ring_; }

private:
    static constexpr unsigned kDefer = IORING_SETUP_DEFER_TASKRUN;
    static constexpr unsigned kCoop = IORING_SETUP_COOP_TASKRUN;

    io_uring ring_{};
    int error_ = 0;
};

// The epoll loop on io_uring. An answer queues the next send and the receive of its answer; the
// next turn submits all of them and waits with one system call. A send that went well says nothing.
class RingLoop final : public Loop {
public:
    RingLoop(const Target& target, Tally& tally, std::unique_ptr<Ring> ring)
        : target_(target),
          tally_(tally),
          connections_(connect_all(target)),
          owned_(std::move(ring)),
          ring_(*owned_->get()) {
        std::vector<int> fds;
        for (const auto& connection : connections_) fds.push_back(connection->fd());
        errno = -::io_uring_register_files(&ring_, fds.data(), static_cast<unsigned>(fds.size()));
        check(errno == 0, "io_uring_register_files");
        for (std::size_t i = 0; i < connections_.size(); ++i) ask(i);
    }

    void run_until(std::int64_t end_ns) override {
        while (clock_ns() < end_ns) {
            __kernel_timespec limit{.tv_sec = 0, .tv_nsec = kStall};
            io_uring_cqe* first = nullptr;
            const int result =
                ::io_uring_submit_and_wait_timeout(&ring_, &first, 1, &limit, nullptr);
            errno = -result;
            check(result >= 0 || result == -ETIME || result == -EINTR, "io_uring_enter");
            tally_.add_turn();
            unsigned head = 0;
            unsigned count = 0;
            io_uring_cqe* event = nullptr;
            io_uring_for_each_cqe(&ring_, head, event) {
                ++count;
                hear(*event);
            }
            ::io_uring_cq_advance(&ring_, count);
        }
    }

private:
    void hear(const io_uring_cqe& event) {
        errno = event.res < 0 ? -event.res : 0;
        check(event.res > 0, "send or recv by io_uring");
        Connection& connection = *connections_[event.user_data];
        if (connection.take(static_cast<std::size_t>(event.res), target_, tally_)) {
            ask(event.user_data);
        } else {
            listen(event.user_data);
        }
    }
    void ask(std::size_t slot) {
        connections_[slot]->stamp();
        io_uring_sqe& send = next_entry();
        ::io_uring_prep_send(&send, static_cast<int>(slot), target_.request.data(),
                             target_.request.size(), MSG_NOSIGNAL | MSG_WAITALL);
        ::io_uring_sqe_set_flags(&send, IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS);
        send.user_data = slot;
        listen(slot);
    }
    void listen(std::size_t slot) {
        io_uring_sqe& receive = next_entry();
        Connection& connection = *connections_[slot];
        ::io_uring_prep_recv(&receive, static_cast<int>(slot), connection.room(),
                             connection.room_size(), 0);
        ::io_uring_sqe_set_flags(&receive, IOSQE_FIXED_FILE);
        receive.ioprio = IORING_RECVSEND_POLL_FIRST;  // The answer cannot be there yet.
        receive.user_data = slot;
    }
    io_uring_sqe& next_entry() {
        io_uring_sqe* const entry = ::io_uring_get_sqe(&ring_);
        if (!entry) throw std::runtime_error("the submission queue is full");
        return *entry;
    }

    const Target& target_;
    Tally& tally_;
    std::vector<std::unique_ptr<Connection>> connections_;
    // Goes before the connections: until then the kernel may write to them.
    std::unique_ptr<Ring> owned_;
    io_uring& ring_;
};

}  // namespace

std::unique_ptr<Loop> make_ring_loop(const Target& target, Tally& tally) {
    // A turn queues two entries a connection at most.
    auto ring = std::make_unique<Ring>(static_cast<unsigned>(2 * target.connections));
    if (ring->error() != 0) {
        errno = ring->error();
        return nullptr;
    }
    return std::make_unique<RingLoop>(target, tally, std::move(ring));
}

}  // namespace mettle::http::ring_bench
