/* SPDX-License-Identifier: Apache-2.0 */
#include "node/traffic.h"

#include <netdb.h>
#include <unistd.h>

#include <json.h>

NodeInput *node_input_new(NodeInputKind kind, NodeConnectionId connection)
{
    NodeInput *input = g_new0(NodeInput, 1);
    input->kind = kind;
    input->connection = connection;
    return input;
}

void node_input_free(NodeInput *input)
{
    if (!input)
        return;
    g_clear_pointer(&input->bytes, g_bytes_unref);
    (void)json_object_put(input->json);
    g_free(input->text);
    g_free(input);
}

NodeOrder *node_order_new(NodeOrderKind kind, NodeConnectionId connection)
{
    NodeOrder *order = g_new0(NodeOrder, 1);
    order->kind = kind;
    order->connection = connection;
    order->fd = -1;
    return order;
}

void node_order_free(NodeOrder *order)
{
    if (!order)
        return;
    if (order->fd >= 0)
        (void)close(order->fd);
    if (order->addresses)
        freeaddrinfo(order->addresses);
    g_clear_pointer(&order->bytes, g_bytes_unref);
    g_free(order->text);
    g_free(order);
}

NodeReport *node_report_new(NodeReportKind kind)
{
    NodeReport *report = g_new0(NodeReport, 1);
    report->kind = kind;
    return report;
}

void node_report_free(NodeReport *report)
{
    if (!report)
        return;
    (void)json_object_put(report->json);
    g_free(report->text);
    g_free(report);
}
