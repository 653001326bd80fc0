#include "mettle/host/sockets.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <unistd.h>

namespace mettle::host {
namespace {

TEST(Sockets, ReadsListenersAndStopsAtTheFirstConnection) {
    const auto listeners = parse_listeners(
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
        "timeout "
        "inode\n"
        "   0: 00000000:07E8 00000000:0000 0A 00000000:00000003 00:00000000 00000000     0        "
        "0 "
        "1221 1 000000001fd2cf71 100 0 0 10 0\n"
        "   1: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A "
        "00000000:00000000 00:00000000 00000000  1000        0 77 1 0 100 0 0 10 0\n"
        "   2: 0100007F:A9E1 0100007F:8000 01 00000000:00000000 00:00000000 00000000     0        "
        "0 "
        "386664 1 00000000d21555b7 100 0 0 10 0\n");
    EXPECT_EQ(listeners, (std::vector<Listener>{{2024, 1221, 3}, {8080, 77, 0}}));
    EXPECT_TRUE(parse_listeners("").empty());
    EXPECT_TRUE(parse_listeners("heading\n 0: nonsense x 0A y z").empty());
}

struct Socket {
    Socket() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
        EXPECT_EQ(::listen(fd, 8), 0);
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
    }
    ~Socket() { ::close(fd); }
    int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    std::uint16_t port = 0;
};

TEST(Sockets, FindsTheProcessThatListens) {
    const Socket socket;
    EXPECT_EQ(processes_listening_on(socket.port), std::vector<int>{::getpid()});
    ASSERT_EQ(listeners_on(socket.port).size(), 1u);
    EXPECT_EQ(listeners_on(socket.port)[0].accept_queue, 0u);
}

// As uvicorn's workers or nginx's: they are found as part of their parent's tree.
TEST(Sockets, LeavesOutChildrenThatInheritedTheListener) {
    const Socket socket;
    int wait_for_me[2];
    ASSERT_EQ(::pipe(wait_for_me), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        char byte;
        ::close(wait_for_me[1]);
        (void)!::read(wait_for_me[0], &byte, 1);  // Until the parent closes its end.
        ::_exit(0);
    }
    EXPECT_EQ(processes_listening_on(socket.port), std::vector<int>{::getpid()});
    ::close(wait_for_me[0]);
    ::close(wait_for_me[1]);
    ::waitpid(child, nullptr, 0);
}

TEST(Sockets, FindsNobodyOnAPortThatIsFree) {
    std::uint16_t port = 0;
    {
        const Socket socket;
        port = socket.port;
    }
    EXPECT_TRUE(processes_listening_on(port).empty());
}

}  // namespace
}  // namespace mettle::host
