#include "mettle/host/free_port.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <unistd.h>

namespace mettle::host {
namespace {

TEST(FreePort, CanBeTakenAndIsThenListenedOn) {
    const auto port = free_port();
    ASSERT_TRUE(port);
    EXPECT_FALSE(is_listening(*port));
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(*port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(fd, 4), 0);
    EXPECT_TRUE(is_listening(*port));
    ::close(fd);
}

}  // namespace
}  // namespace mettle::host
